# The DR environment of the lab: what Terraform can build without a provider from a registry. State and lock lie where Kredete keeps them.
terraform {
  required_version = ">= 1.4"
  backend "s3" {
    bucket                      = "kredete-terraform-state"
    key                         = "environments/dr/terraform.tfstate"
    region                      = "eu-west-1"
    dynamodb_table              = "kredete-terraform-locks"
    endpoints                   = { s3 = "http://127.0.0.1:15000", dynamodb = "http://127.0.0.1:15000" }
    use_path_style              = true
    skip_credentials_validation = true
    skip_requesting_account_id  = true
    skip_metadata_api_check     = true
    skip_s3_checksum            = true
  }
}

resource "terraform_data" "network" {
  input = { region = "eu-west-1", cidr = "10.60.0.0/16" }
}

resource "terraform_data" "database_subnets" {
  input = { network = terraform_data.network.id, name = "kredete-dr" }
}

resource "terraform_data" "cluster" {
  input = { network = terraform_data.network.id, name = "kredete-dr" }
}

output "cluster" {
  value = terraform_data.cluster.output.name
}

/** A certificate authority of one's own and a server certificate below it, as PEM. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** PEM texts; the authority's private key is thrown away. */
export interface ServerCertificate {
  ca: string;
  certificate: string;
  key: string;
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
}

async function privatePem(keys: { privateKey: webcrypto.CryptoKey }): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

async function authority(notBefore: Date, notAfter: Date) {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=Harbour office root, O=Lanterns', notBefore, notAfter, keys, signingAlgorithm: KEY,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { keys, certificate };
}

/** Makes a pair for a server of these names, valid for `days` from `now` (milliseconds since 1970). */
export async function makeServerCertificate(request: { names: readonly string[]; addresses: readonly string[]; days: number; now: number }): Promise<ServerCertificate> {
  x509.cryptoProvider.set(webcrypto);
  const notBefore = new Date(request.now - DAY_MS);
  const notAfter = new Date(request.now + request.days * DAY_MS);
  const ca = await authority(notBefore, notAfter);
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: '02', subject: `CN=${request.names[0] ?? 'server'}`, issuer: ca.certificate.subject, notBefore, notAfter,
    publicKey: keys.publicKey, signingKey: ca.keys.privateKey, signingAlgorithm: KEY,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([...request.names.map((value) => ({ type: 'dns' as const, value })), ...request.addresses.map((value) => ({ type: 'ip' as const, value }))]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.keys.publicKey),
    ],
  });
  return { ca: `${ca.certificate.toString('pem')}\n`, certificate: `${certificate.toString('pem')}\n`, key: `${await privatePem(keys)}\n` };
}

export { asLabAccount, giveToLab, runInLab } from '../lab-account.ts';

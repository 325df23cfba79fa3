import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';

/** Bytes an exchange signs besides its payload: SignedInfo, eb:Messaging and Body on the way out and in the receipt. */
const SIGNED_XML = 3000;

/**
 * The cryptography one exchange cannot avoid, both sides together, on one thread, in ms of CPU: two RSA signatures (message
 * and receipt) and their verification, one RSA-OAEP key transport each way, AES-128-GCM and SHA-256 over the payload on
 * both sides, SHA-256 over the signed XML. No XML, no MIME, no HTTP, no disk: nothing an implementation could be quicker
 * than.
 */
export function cryptoFloor(modulusLength: number, payload: Buffer): number {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const signedXml = randomBytes(SIGNED_XML);
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const once = (): void => {
    for (let message = 0; message < 2; message += 1) {
      const signature = sign('sha256', signedXml, privateKey);
      if (!verify('sha256', signedXml, publicKey, signature)) throw new Error('signature');
    }
    const key = randomBytes(16);
    const opened = privateDecrypt(
      { key: privateKey, ...oaep },
      publicEncrypt({ key: publicKey, ...oaep }, key),
    );
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-128-gcm', key, iv);
    const sealed = Buffer.concat([cipher.update(payload), cipher.final()]);
    const decipher = createDecipheriv('aes-128-gcm', opened, iv).setAuthTag(cipher.getAuthTag());
    const plain = Buffer.concat([decipher.update(sealed), decipher.final()]);
    for (const bytes of [payload, plain, signedXml, signedXml]) createHash('sha256').update(bytes).digest();
  };
  return cpuPerRun(once);
}

/** ms of CPU a run takes, over half a second of runs after a warm-up. */
function cpuPerRun(run: () => void): number {
  for (let count = 0; count < 20; count += 1) run();
  const before = process.cpuUsage();
  let runs = 0;
  let used = 0;
  while (used < 500_000) {
    run();
    runs += 1;
    const { user, system } = process.cpuUsage(before);
    used = user + system;
  }
  return used / 1000 / runs;
}

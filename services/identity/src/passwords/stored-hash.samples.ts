/** Hashes of `correct horse` from other programs (argon2, libxcrypt, Python's hashlib in passlib's and PHC format). */
export const foreignHashes: [string, string][] = [
  [
    'Argon2id of other costs',
    '$argon2id$v=19$m=16384,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$P/PNQRkp0AbOJe9UxLEHV4B9BvaxKNfPoWogh+CQArg',
  ],
  [
    'Argon2i with lanes',
    '$argon2i$v=19$m=4096,t=3,p=4$c2FsdHNhbHRzYWx0c2FsdA$KarpiKARDr3d8FV28/EtrJX8hFoe5DM8hssVEMIk6TM',
  ],
  ['bcrypt', '$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'],
  ['bcrypt as PHP writes it', '$2y$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu'],
  [
    "passlib's pbkdf2-sha256",
    '$pbkdf2-sha256$29000$AAECAwQFBgcICQoLDA0ODw$ZvLORN3Wu1.2s6Mb0kBKZ43bylSsC/t0Vz5rE9nJPNg',
  ],
  [
    'PHC pbkdf2-sha512',
    '$pbkdf2-sha512$i=25000,l=64$AAECAwQFBgcICQoLDA0ODw$no0pQATH8VKOEmBWJw50YZrk2tmzRj9Ae6xEw1vLLehsKeOPWOMVonpc79bKsUZLnXvPrnJcFkEt9hwlEgxdKw',
  ],
  ["passlib's pbkdf2 with SHA-1", '$pbkdf2$13000$AAECAwQFBgcICQoLDA0ODw$MkgBW.IO770d7F7zOC0zLxDbxK4'],
  ['scrypt', '$scrypt$ln=14,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$JbN2hANm9NOw4h5BRHZnbjzQ6Jr0QwNWojTOC2WgIbU'],
]

import { AppError } from '@gatehouse/service'
import { dictionary } from '@zxcvbn-ts/language-common'

const common = new Set(dictionary['passwords-common'] as string[])

const tooCommon = () =>
  new AppError(
    'invalid',
    'password_too_common',
    'This password is on the lists that everybody tries first. Choose another.',
  )
const likeUsername = () => new AppError('invalid', 'password_like_username', 'The password must not be the username.')

/**
 * What the shape of a new password does not tell (NIST SP 800-63B §3.1.1.2): not on the lists of common ones, not the
 * username.
 * @throws AppError `password_too_common`, `password_like_username`
 */
export const checkNewPassword = (password: string, username: string) => {
  const plain = password.normalize('NFKC').toLowerCase()
  if (common.has(plain)) throw tooCommon()
  if (plain === username) throw likeUsername()
}

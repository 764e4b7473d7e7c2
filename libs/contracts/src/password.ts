import { wellFormedText } from './plain-text.ts'

/**
 * Any 8 to 256 characters, without composition rules (NIST SP 800-63B §3.1.1.2). Identity refuses common passwords with
 * other codes.
 */
export const newPassword = wellFormedText
  .refine((text) => [...text.normalize('NFKC')].length >= 8, 'must have at least 8 characters')
  .refine((text) => [...text].length <= 256, 'must have at most 256 characters')
  .meta({ format: 'password', minLength: 8, maxLength: 256 })

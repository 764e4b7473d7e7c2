import { wellFormedText } from './plain-text.ts'

/**
 * Any characters, 8 to 256 of them; no rules about kinds (NIST SP 800-63B §3.1.1.2). Common ones are refused by identity
 * with a code of their own.
 */
export const newPassword = wellFormedText
  .refine((text) => [...text.normalize('NFKC')].length >= 8, 'must have at least 8 characters')
  .refine((text) => [...text].length <= 256, 'must have at most 256 characters')
  .meta({ format: 'password', minLength: 8, maxLength: 256 })

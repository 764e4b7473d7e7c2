import type { Body, MediaType } from '@gatehouse/contracts'
import express, { type Request, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import { AppError } from './app-error.ts'

const invalid = (code: string, message: string, cause?: unknown) => new AppError('invalid', code, message, { cause })

/** Parses client input. The error names the invalid fields, never their values: one may be a password. */
export const parseRequest = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  throw invalid('invalid_request', fields.join('; '))
}

const decode = (text: string) => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch (cause) {
    throw invalid('invalid_form', 'The form is not valid percent-encoded UTF-8.', cause)
  }
}

/** Stricter than common parsers: rejects invalid escapes and repeated fields (RFC 6749 §3.1). */
export const parseForm = (text: string) => {
  const fields = new Map<string, string>()
  for (const pair of text.split('&').filter((part) => part !== '')) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals))
    if (fields.has(name))
      throw invalid('repeated_field', `The field ${JSON.stringify(name.slice(0, 40))} occurs more than once.`)
    fields.set(name, equals < 0 ? '' : decode(pair.slice(equals + 1)))
  }
  return Object.fromEntries(fields)
}

const readers: Partial<Record<MediaType, (text: string) => unknown>> = {
  'application/json': (text) => {
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw invalid('invalid_json', 'The body is not valid JSON.', cause)
    }
  },
  'application/x-www-form-urlencoded': parseForm,
}

const readText = (textBody: RequestHandler, req: Request, res: Response) =>
  new Promise<string>((resolve, reject) => {
    textBody(req, res, (error?: unknown) =>
      error ? reject(error) : resolve(typeof req.body === 'string' ? req.body : ''),
    )
  })

/**
 * Decodes bodies of the accepted media types. An absent body is `{}`, so that the schema reports missing fields.
 * @throws AppError `unsupported_media_type`, and the errors of the parsers
 */
export const createBodyReader = ({ types, maxBytes }: Pick<Body, 'types' | 'maxBytes'>) => {
  const textBody = express.text({ type: () => true, limit: maxBytes })
  const refuse = () =>
    new AppError('unsupported_media', 'unsupported_media_type', `Send the body as ${types.join(' or ')}, in UTF-8.`, {
      headers: { Accept: types.join(', ') },
    })
  return async (req: Request, res: Response): Promise<unknown> => {
    const hasBody = req.get('transfer-encoding') !== undefined || Number(req.get('content-length') ?? 0) > 0
    const type = types.find((it) => req.is(it) === it)
    const isUtf8 = !/charset=(?!"?utf-8"?\s*(;|$))/i.test(req.get('content-type') ?? '')
    if (hasBody && (type === undefined || !isUtf8)) throw refuse()
    const text = await readText(textBody, req, res)
    return type === undefined || text === '' ? {} : readers[type]?.(text)
  }
}

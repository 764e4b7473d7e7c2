import { describe, expect, it, vi } from 'vitest'
import { AppError } from './app-error.ts'
import type { Logger } from './log.ts'
import { createToProblem } from './problem-handler.ts'

const about = { requestId: 'request 1', method: 'GET', path: '/users/7', route: '/users/:id' }
const identified = { request_id: 'request 1', method: 'GET', path: '/users/7' }

const start = (recogniseOutage?: (error: unknown) => AppError | null) => {
  const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const onRefused = vi.fn()
  const toProblem = createToProblem({ log: log as unknown as Logger, recogniseOutage, onRefused })
  return { ...log, onRefused, answerTo: (error: unknown) => toProblem(error, about) }
}

describe('what is thrown', () => {
  it('is, as a refusal, answered as it says, told of, and logged as news unless it is an outage', () => {
    const { answerTo, info, warn, error, onRefused } = start()
    const headers = { 'Retry-After': '1' }
    const { problem, refusal, ...answer } = answerTo(
      new AppError('too_many', 'too_many_attempts', 'Wait.', { headers }),
    )
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Wait.',
      code: 'too_many_attempts',
      request_id: 'request 1',
    })
    expect(refusal?.kind).toBe('too_many')
    expect(answer).toEqual({ headers })
    expect(info).toHaveBeenCalledWith({ ...identified, status: 429, code: 'too_many_attempts' }, expect.anything())
    expect(onRefused).toHaveBeenCalledWith({
      status: 429,
      code: 'too_many_attempts',
      method: 'GET',
      route: '/users/:id',
    })
    expect(warn).not.toHaveBeenCalled()

    const outage = new AppError('unavailable', 'too_busy', 'Busy.')
    answerTo(outage)
    const logged = { ...identified, status: 503, code: 'too_busy', err: outage }
    expect(warn).toHaveBeenCalledWith(logged, expect.anything())
    expect(info).toHaveBeenCalledTimes(1)
    expect(error).not.toHaveBeenCalled()
  })

  it('is, as a bug, a bare 500 with its details in the log alone', () => {
    const { answerTo, error, onRefused } = start()
    const parserLike = [{ status: 400 }, { status: 400, expose: false }, { status: 413, expose: true }]
    for (const bug of [new Error('secret'), ...parserLike, null, undefined]) {
      error.mockClear()
      const { problem, headers, refusal } = answerTo(bug)
      expect(problem).toMatchObject({ status: 500, code: 'internal_error', request_id: 'request 1' })
      expect(problem.detail).not.toContain('secret')
      expect({ headers, refusal }).toEqual({ headers: {}, refusal: null })
      expect(error).toHaveBeenCalledWith({ ...identified, err: bug }, expect.anything())
    }
    expect(onRefused).not.toHaveBeenCalled()
  })

  it('is a refusal where the service knows it for an outage', () => {
    const { answerTo } = start((error) => (error === 'away' ? new AppError('unavailable', 'too_busy', 'Busy.') : null))
    expect(answerTo('away').problem).toMatchObject({ status: 503, code: 'too_busy' })
    expect(answerTo('else').problem).toMatchObject({ status: 500 })
  })

  it.each([
    [{ type: 'entity.too.large' }, 413, 'body_too_large'],
    [{ type: 'encoding.unsupported' }, 415, 'unsupported_encoding'],
    [{ type: 'charset.unsupported' }, 415, 'unsupported_media_type'],
    [{ type: 'request.size.invalid' }, 400, 'malformed_request'],
    [{ type: 'request.aborted' }, 400, 'malformed_request'],
    [new URIError('%zz'), 400, 'malformed_request'],
    [{ status: 400, expose: true }, 400, 'malformed_request'],
  ])('by Express or its parser, %o, is %i %s', (error, status, code) => {
    expect(start().answerTo(error).problem).toMatchObject({ status, code })
  })
})

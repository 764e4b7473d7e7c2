const timeoutMs = 3_000
const maxBytes = 256 * 1024

const readCapped = async (response: Response) => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Fetches a JWK set of at most 256 KiB within 3 s in total, so that a slow server holds no connection open.
 * @throws Error for anything but a JSON object with an array `keys`
 */
export const fetchJwks = async (uri: string): Promise<{ keys: unknown[] }> => {
  const response = await fetch(uri, {
    signal: AbortSignal.timeout(timeoutMs),
    headers: { accept: 'application/json' },
    redirect: 'error',
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`The request for the key set was answered ${response.status}.`)
  }
  const body: unknown = JSON.parse(await readCapped(response))
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys)) {
    throw new Error('The key set has no array `keys`.')
  }
  return { keys: body.keys }
}

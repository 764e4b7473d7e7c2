const deadlineMs = 3_000
const maxBytes = 256 * 1024

const readCapped = async (response: Response) => {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let text = ''
  let bytes = 0
  // Errors of the stream and of the deadline reach the caller by themselves.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/**
 * Fetches a JWK set: 3 s for all of it, so that a server that drips bytes holds nothing open, and 256 KiB at most.
 * @throws Error for anything but a JSON object with an array `keys`
 */
export const fetchJwks = async (uri: string): Promise<{ keys: unknown[] }> => {
  const response = await fetch(uri, {
    signal: AbortSignal.timeout(deadlineMs),
    headers: { accept: 'application/json' },
    redirect: 'error',
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`The key set was answered ${response.status}.`)
  }
  const body: unknown = JSON.parse(await readCapped(response))
  if (typeof body !== 'object' || body === null || !('keys' in body) || !Array.isArray(body.keys)) {
    throw new Error('The key set has no array `keys`.')
  }
  return { keys: body.keys }
}

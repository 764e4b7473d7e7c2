import { subscribe } from '@gatehouse/events'
import { Webhook } from 'standardwebhooks'

// Sends changes of users to a URL, signed as Standard Webhooks specifies (standardwebhooks.com). Reads BROKER_URL,
// WEBHOOK_URL and WEBHOOK_SECRET (`whsec_` and 24 to 64 random bytes in base64).
const { BROKER_URL = 'amqp://localhost', WEBHOOK_URL, WEBHOOK_SECRET } = process.env
if (!WEBHOOK_URL || !WEBHOOK_SECRET) throw new Error('WEBHOOK_URL and WEBHOOK_SECRET must be set')

const url = new URL(WEBHOOK_URL)
const signer = new Webhook(WEBHOOK_SECRET)

const subscription = subscribe({
  url: BROKER_URL,
  queue: 'webhooks.users',
  events: ['user.created.v1', 'user.updated.v1', 'user.deactivated.v1', 'user.activated.v1', 'user.deleted.v1'],
  // A failed request is retried, and after the last retry the event is a dead letter. The receiver may get an event twice, and
  // an older one after a newer one; it can tell by `webhook-id` and `sequence`.
  handler: async (event) => {
    const body = JSON.stringify({ ...event, timestamp: event.time })
    const now = new Date()
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': event.id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': signer.sign(event.id, now, body),
      },
      body,
      redirect: 'manual', // send to WEBHOOK_URL only
      signal: AbortSignal.timeout(10_000),
    })
    await response.body?.cancel() // only the status matters
    if (!response.ok) throw new Error(`${url.host} answered ${response.status}`)
  },
  log: console,
})

process.once('SIGTERM', () => void subscription.stop())

export type { LinkState, Log } from './broker-link.ts'
export { type EventConsumer, startEventConsumer } from './event-consumer.ts'
export { type Outcome, type OutgoingEvent, type Publisher, startPublisher } from './publisher.ts'

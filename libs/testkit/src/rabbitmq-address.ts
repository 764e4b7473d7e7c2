import { permissions } from '../../../infra/secrets/broker-definitions.ts'

/** Where a RabbitMQ is; plain data, so that it can be handed to test processes. */
export type RabbitMqAddress = { host: string; amqpPort: number; managementPort: number; password: string }

/** Users of the stack and what they may touch; the operator as while it gives letters back; `tester` may do everything. */
export const permissionsOf = {
  ...permissions,
  operator: { configure: '^operator\\.', write: '^(?!gatehouse\\.|amq\\.)', read: '.*' },
  tester: { configure: '.*', write: '.*', read: '.*' },
}

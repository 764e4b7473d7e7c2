import { permissions } from '../../../infra/secrets/broker-definitions.ts'

/** Address and password of a RabbitMQ, as plain data that can be passed to test processes. */
export type RabbitMqAddress = { host: string; amqpPort: number; managementPort: number; password: string }

/** Permissions of the stack's broker users; `operator` as during a redrive; `tester` may do everything. */
export const permissionsOf = {
  ...permissions,
  operator: { configure: '^operator\\.', write: '^(?!gatehouse\\.|amq\\.)', read: '.*' },
  tester: { configure: '.*', write: '.*', read: '.*' },
}

import { execIn } from './stack.ts'

const setMemory = (share: string) => execIn('rabbitmq', 'rabbitmqctl', 'set_vm_memory_high_watermark', share)

/** A memory alarm: publishers are blocked until it ends, consumers go on. */
export const startAlarm = () => setMemory('0.000001')
export const endAlarm = () => setMemory('0.6')

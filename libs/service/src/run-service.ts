import { ConfigError } from './config.ts'
import { createLog, type Logger } from './log.ts'

type Service<Config> = {
  name: string
  readConfig: () => Config
  start: (config: Config, log: Logger) => Promise<{ close: () => Promise<unknown> }>
}

const stopWithinMs = 10_000

/** Runs a service until SIGTERM or SIGINT. If it cannot start, the process exits with code 1 and readable lines. */
export const runService = async <Config extends { logLevel: string }>({ name, readConfig, start }: Service<Config>) => {
  let log = createLog(name, 'info')
  // By default Node prints such an error with all its members, such as query parameters.
  process.once('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error')
    process.exit(1)
  })
  try {
    const config = readConfig()
    log = createLog(name, config.logLevel)
    const service = await start(config, log)
    const stop = (signal: string) => {
      log.info({ signal }, 'stopping')
      setTimeout(() => {
        log.fatal('did not stop in time')
        process.exit(1)
      }, stopWithinMs).unref()
      service.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'stopped with errors')
          process.exit(1)
        },
      )
    }
    process.once('SIGTERM', stop)
    process.once('SIGINT', stop)
  } catch (error) {
    exitOnFailedStart(log, error)
  }
}

/** For services and jobs: prints a configuration error as plain text, and logs any other error with its stack. */
export const exitOnFailedStart = (log: Logger, error: unknown): never => {
  if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`)
  else log.fatal({ err: error }, 'cannot start')
  process.exit(1)
}

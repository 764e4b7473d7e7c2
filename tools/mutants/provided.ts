declare module 'vitest' {
  /** Passed on unchanged to libs/testkit. */
  interface ProvidedContext {
    postgres: object
    rabbitMq: object
  }
}

declare module 'vitest' {
  /** Handed on as they are; libs/testkit knows what is in them. */
  interface ProvidedContext {
    postgres: object
    rabbitMq: object
  }
}

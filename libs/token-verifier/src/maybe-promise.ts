/** A value that is known at once, or the promise of one that has to be requested. */
export type MaybePromise<Value> = Value | Promise<Value>

/** Calls `next` synchronously when the value is there: an `await` at each step costs 4 % of a response. */
export const andThen = <Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> => (value instanceof Promise ? value.then(next) : next(value))

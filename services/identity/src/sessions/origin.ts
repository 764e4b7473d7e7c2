/** Where a sign-in comes from; stored with the session, so that its owner can recognise it. */
export type Origin = { device: string | null; address: string | null }

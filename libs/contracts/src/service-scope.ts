/** What the credential of a service may be good for. */
export const serviceScopes = ['sessions.lookup', 'events.read', 'tokens.introspect', 'tokens.revoke'] as const
export type ServiceScope = (typeof serviceScopes)[number]

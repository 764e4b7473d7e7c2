import type { PublicUser } from '@gatehouse/contracts'
import type { VersionMarkers } from '../history/history.ts'

const numberIn = (text: string | null | undefined) => {
  const found = /^mark[ -](\d+)$/.exec(text ?? '')
  return found ? Number(found[1]) : null
}

export const markedName = (count: number) => `mark ${count}`
export const markedRoles = (count: number) => [`mark-${count}`]

/** Undefined for a user whom the load does not change. */
export const markersOf = ({ full_name, roles }: Partial<PublicUser>): VersionMarkers | undefined => {
  const fullName = numberIn(full_name)
  const inRoles = numberIn(roles?.[0])
  return fullName === null || inRoles === null ? undefined : { fullName, roles: inRoles }
}

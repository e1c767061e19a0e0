import { isUuid, type Viewer } from '../identity/signed-identity.ts'

/** Whose rows a viewer may see: their own, or (operators) all. Rows of others do not exist for them. */
export type Visibility = 'all' | { readonly customerId: string }

/** What the viewer may see; null when nothing, as for anonymous viewers and vehicles. */
export function visibleTo(viewer: Viewer): Visibility | null {
  if (viewer.role === 'operator') return 'all'
  return viewer.role === 'customer' && isUuid(viewer.id) ? { customerId: viewer.id } : null
}

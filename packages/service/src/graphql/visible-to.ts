import type { Visibility } from '../domain/visibility.ts'
import { isUuid, type Viewer } from '../identity/signed-identity.ts'

/** What the viewer may see; null when nothing, as for anonymous viewers and vehicles. */
export function visibleTo(viewer: Viewer): Visibility | null {
  if (viewer.role === 'operator') return 'all'
  return viewer.role === 'customer' && isUuid(viewer.id) ? { customerId: viewer.id } : null
}

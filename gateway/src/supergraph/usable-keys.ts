import { type DocumentNode, type InterfaceTypeDefinitionNode, type ObjectTypeDefinitionNode, visit } from 'graphql'
import { joins } from './directives.ts'

/**
 * The supergraph without the unresolvable keys of types that a subgraph resolves by another key. When Apollo's planner returns to a
 * subgraph for a field with requirements, it takes the first key, whether it is resolvable or not.
 */
export function dropUnusableKeys(supergraph: DocumentNode): DocumentNode {
  let dropped = false
  const usable = (type: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) => {
    const keys = joins(type.directives, 'join__type').filter(({ key }) => key)
    const resolving = new Set(keys.filter(({ resolvable }) => resolvable !== 'false').map(({ graph }) => graph))
    const directives = type.directives?.filter((directive) => {
      const [join] = joins([directive], 'join__type')
      const unusable = join?.['resolvable'] === 'false' && resolving.has(join['graph'])
      dropped ||= unusable
      return !unusable
    })
    return { ...type, directives }
  }
  const kept = visit(supergraph, { ObjectTypeDefinition: usable, InterfaceTypeDefinition: usable })
  return dropped ? kept : supergraph
}

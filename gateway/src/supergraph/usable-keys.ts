import { type DocumentNode, type InterfaceTypeDefinitionNode, type ObjectTypeDefinitionNode, visit } from 'graphql'
import { joins } from './joins.ts'

/**
 * The supergraph without keys by which a subgraph does not resolve a type that it resolves by another: going back to a
 * subgraph for a field that requires something, Apollo's planner takes the first key, whether it is resolvable or not.
 */
export function dropUnusableKeys(supergraph: DocumentNode): DocumentNode {
  let dropped = false
  const usable = (type: ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode) => {
    const keys = joins(type.directives, 'join__type').filter(({ key }) => key)
    const resolving = new Set(keys.filter(({ resolvable }) => resolvable !== 'false').map(({ graph }) => graph))
    const directives = type.directives?.filter((directive) => {
      const [join] = joins([directive], 'join__type')
      const useless = join?.['resolvable'] === 'false' && resolving.has(join['graph'])
      dropped ||= useless
      return !useless
    })
    return { ...type, directives }
  }
  const kept = visit(supergraph, { ObjectTypeDefinition: usable, InterfaceTypeDefinition: usable })
  return dropped ? kept : supergraph
}

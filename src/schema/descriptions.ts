import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'

/** Words for what the plugins make and give no way to describe. */
export function describeGenerated(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    const { totalCount, nodes } = type.getFields()
    if (nodes) nodes.description ??= 'The items of this page, without their cursors.'
    if (totalCount) totalCount.description ??= 'How many there are in all, on every page.'
  }
  const node = schema.getType('Node')
  for (const field of isInterfaceType(node) ? Object.values(node.getFields()) : []) {
    field.description ??= 'The global id.'
  }
  const queries = schema.getQueryType()?.getFields() ?? {}
  for (const argument of [queries.node, queries.nodes].flatMap((field) => field?.args ?? [])) {
    argument.description ??= 'As in the `id` of the thing.'
  }
  return schema
}

/** A small shop in three subgraphs, with every sort of field that travels between subgraphs. */
import { GraphQLError } from 'graphql'
import type { Context, TestSubgraph } from './graph.ts'

interface Reference {
  readonly __typename: string
  readonly id: string
  readonly weight?: number | null
  readonly wheels?: number
}

const products = ['1', '2', '3'].map((id) => ({ __typename: 'Product', id, name: `Product ${id}`, weight: Number(id) }))

/** Test switches, read by resolvers. */
export const shop = { failingWeight: false, brokenReviews: false }

export const catalog: TestSubgraph = {
  sdl: `
    type Query {
      products(first: Int! = 3): [Product!]!
      product(id: ID!): Product
      search: [Found!]!
      media: [Media!]!
      whoAmI: String!
      fails: String
      failsHard: String!
    }
    type Mutation { rename(id: ID!, name: String!): Product  count: Int }
    type Product @key(fields: "id") { id: ID! name: String! weight: Int color: Color }
    enum Color { RED GREEN ULTRAVIOLET @inaccessible }
    union Found = Car | Bike
    type Car { id: ID! vehicle: Vehicle! }
    type Bike { id: ID! vehicle: Vehicle! }
    type Vehicle @key(fields: "id") { id: ID! wheels: Int weight: Int }
    interface Media @key(fields: "id") { id: ID! }
    type Book implements Media @key(fields: "id") { id: ID! pages: Int! }
    type Film implements Media @key(fields: "id") { id: ID! minutes: Int! }
  `,
  resolvers: {
    Query: {
      products: (_: unknown, { first }: { first: number }) => products.slice(0, first),
      product: (_: unknown, { id }: { id: string }) => products.find((product) => product.id === id),
      search: () => [
        { __typename: 'Car', id: 'c', vehicle: { id: 'v1', wheels: 4, weight: 900 } },
        { __typename: 'Bike', id: 'b', vehicle: { id: 'v2', wheels: 2, weight: 10 } },
      ],
      media: () => [
        { __typename: 'Book', id: 'b1', pages: 100 },
        { __typename: 'Film', id: 'f1', minutes: 90 },
      ],
      whoAmI: (_: unknown, __: unknown, { viewer }: Context) => `${viewer.role} ${viewer.id}`,
      fails: () => {
        throw new GraphQLError('No such thing today.', { extensions: { code: 'BAD_USER_INPUT' } })
      },
      failsHard: () => {
        throw new Error('secret detail')
      },
    },
    Mutation: {
      rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...products[0], id, name }),
      count: () => 1,
    },
    Product: {
      __resolveReference: ({ id }: Reference) => products.find((product) => product.id === id),
      weight: ({ weight }: { weight: number }) => {
        if (shop.failingWeight)
          throw new GraphQLError('The scales are broken.', { extensions: { code: 'UNAVAILABLE' } })
        return weight
      },
      color: ({ id }: Reference) => (id === '2' ? 'ULTRAVIOLET' : 'RED'),
    },
  },
}

export const shipping: TestSubgraph = {
  sdl: `
    type Query { ships: Boolean }
    type Mutation { ship: Int }
    type Product @key(fields: "id") {
      id: ID!
      weight: Int @external
      shipping: Int @requires(fields: "weight")
      inStock: Boolean!
    }
    type Vehicle @key(fields: "id") {
      id: ID!
      wheels: Int @external
      weight: Int @external
      toll: Int @requires(fields: "wheels")
      freight: Int @requires(fields: "weight")
      parked: Boolean!
    }
  `,
  resolvers: {
    Query: { ships: () => true },
    Mutation: { ship: () => 2 },
    Product: {
      __resolveReference: (reference: Reference) => (reference.id === '3' ? null : reference),
      shipping: ({ weight }: Reference) => (typeof weight === 'number' ? weight * 10 : null),
      inStock: () => true,
    },
    Vehicle: {
      __resolveReference: (reference: Reference) => reference,
      toll: ({ wheels }: Reference) => (wheels ?? 0) * 100,
      freight: ({ weight }: Reference) => weight,
      parked: () => true,
    },
  },
}

export const reviews: TestSubgraph = {
  sdl: `
    type Query { reviews: [Review!]! }
    type Mutation { review(product: ID!, text: String!): Review }
    type Subscription { reviewAdded(count: Int! = 3): Review! }
    type Review @key(fields: "id") { id: ID! text: String! product: Product! author: User @provides(fields: "name") }
    type User @key(fields: "id") { id: ID! name: String @external }
    type Product @key(fields: "id") { id: ID! reviews(first: Int! = 2): [Review!]! score: Float }
    type Media @interfaceObject @key(fields: "id") { id: ID! score: Float! }
  `,
  resolvers: {
    Query: { reviews: () => [review('r1', '1'), review('r2', '2')] },
    Mutation: { review: (_: unknown, { product, text }: { product: string; text: string }) => review(text, product) },
    Subscription: {
      reviewAdded: {
        subscribe: async function* (_: unknown, { count }: { count: number }) {
          for (let number = 1; number <= count; number++) yield { reviewAdded: review(`e${number}`, String(number)) }
        },
      },
    },
    Product: {
      __resolveReference: ({ id }: Reference) => ({ id }),
      reviews: ({ id }: Reference, { first }: { first: number }) => {
        if (shop.brokenReviews) throw new Error('reviews broke')
        return [review(`${id}a`, id), review(`${id}b`, id)].slice(0, first)
      },
      score: ({ id }: Reference) => {
        if (id === '2') throw new GraphQLError('No score for 2.', { extensions: { code: 'FORBIDDEN' } })
        return 4.5
      },
    },
    Media: { __resolveReference: ({ id }: Reference) => ({ id }), score: ({ id }: Reference) => id.length + 0.5 },
  },
}

export const users: TestSubgraph = {
  sdl: `
    type Query { me: User }
    type User @key(fields: "id") { id: ID! name: String @shareable email: String }
  `,
  resolvers: {
    Query: { me: () => ({ id: 'u1' }) },
    User: {
      __resolveReference: ({ id }: Reference) => ({ id }),
      name: ({ id }: Reference) => `User ${id}`,
      email: ({ id }: Reference) => `${id}@example.test`,
    },
  },
}

const review = (id: string, product: string) => ({
  id,
  text: `Review ${id}`,
  product: { id: product },
  author: { id: 'u1', name: 'User u1' },
})

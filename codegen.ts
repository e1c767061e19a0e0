import type { CodegenConfig } from '@graphql-codegen/cli'

/** One line per subgraph: its SDL becomes the types that its resolvers must satisfy, over what its store returns. */
const mappers: Record<string, Record<string, string>> = {
  booking: {
    Booking: '../domain/booking.ts#Booking as BookingInAState',
    BookingItem: '../domain/booking.ts#Item',
    Vehicle: '../context.ts#VehicleRef',
  },
  fleet: {
    Booking: '../context.ts#BookingRef',
    Command: '../domain/command.ts#Command as CommandModel',
    Trip: '../store/trips.ts#Trip as TripModel',
    Vehicle: '../domain/vehicle-view.ts#VehicleView',
    VehicleType: '../domain/vehicle-type.ts#VehicleType as VehicleTypeModel',
    Zone: '../domain/zones.ts#Zone as ZoneModel',
  },
  payment: {
    Booking: '../context.ts#BookingRef',
    Payment: '../domain/payment.ts#Payment as PaymentModel',
    Receipt: '../domain/receipt.ts#Receipt as ReceiptModel',
  },
}

const config: CodegenConfig = {
  generates: Object.fromEntries(
    Object.entries(mappers).map(([name, types]) => [
      `subgraphs/${name}/src/__generated__/resolvers.ts`,
      {
        schema: `subgraphs/${name}/schema.graphql`,
        plugins: ['typescript', 'typescript-resolvers'],
        config: {
          federation: true,
          contextType: '../context.ts#Context',
          mappers: types,
          useTypeImports: true,
          enumsAsTypes: true,
          immutableTypes: true,
          scalars: { ID: 'string', DateTime: 'Date' },
          resolversNonOptionalTypename: { unionMember: true },
          defaultScalarType: 'unknown',
          // A root field without a resolver does not compile.
          avoidOptionals: { field: true, query: true, mutation: true, subscription: true },
          importExtension: '.ts',
        },
      },
    ]),
  ),
}

export default config

/** The operations of the customer's app, as in its manifest of persisted operations. */

export const find = /* GraphQL */ `
  query Find($near: PositionInput!, $radiusMeters: Int!) {
    vehiclesNear(near: $near, radiusMeters: $radiusMeters, filter: { minBatteryPercent: 20 }, first: 20) {
      ... on VehiclesNear {
        vehicles {
          distanceMeters
          vehicle {
            id
            batteryPercent
            rangeMeters
            position { latitude longitude }
            type { name formFactor }
            price { unlock { amountMinor currency } perMinute { amountMinor } authorisation { amountMinor } }
          }
        }
      }
      ... on Problem { message }
    }
  }
`

export const hold = /* GraphQL */ `
  mutation Hold($requestId: ID!, $vehicleId: ID!) {
    createBooking(input: { requestId: $requestId, items: [{ bookableId: $vehicleId }] }) {
      __typename
      ... on CreateBookingSuccess { booking { id state expiresAt } }
      ... on AlreadyTaken { alternatives { id } }
      ... on Problem { message }
    }
  }
`

export const pay = /* GraphQL */ `
  mutation Pay($requestId: ID!, $bookingId: ID!, $paymentMethodId: ID!) {
    authorizePayment(input: { requestId: $requestId, bookingId: $bookingId, paymentMethodId: $paymentMethodId }) {
      __typename
      ... on AuthorizePaymentSuccess { payment { id state } booking { id } }
      ... on PaymentActionRequired { redirectUrl }
      ... on Problem { message }
    }
  }
`

export const booking = /* GraphQL */ `
  query Booking($bookingId: ID!) {
    booking(id: $bookingId) {
      id
      state
      fare { total { amountMinor currency } lines { kind quantity total { amountMinor } } }
      items { vehicle { id position { latitude longitude } speed } }
      payment { state captured { amountMinor } }
      receipt { number gross { amountMinor currency } net { amountMinor } vat { amountMinor } }
      trip { startedAt endedAt distanceMeters }
    }
  }
`

export const unlock = /* GraphQL */ `
  mutation Unlock($requestId: ID!, $bookingId: ID!) {
    unlockVehicle(input: { requestId: $requestId, bookingId: $bookingId }) {
      __typename
      ... on UnlockVehicleSuccess { command { id state } }
      ... on BookingNotConfirmed { state }
      ... on Problem { message }
    }
  }
`

export const watchUnlock = /* GraphQL */ `
  subscription WatchUnlock($bookingId: ID!) {
    unlockStatus(bookingId: $bookingId) { id action state refusalCode }
  }
`

export const watchBooking = /* GraphQL */ `
  subscription WatchBooking($bookingId: ID!) {
    bookingStatus(bookingId: $bookingId) { id state fare { total { amountMinor } } }
  }
`

export const watchMap = /* GraphQL */ `
  subscription WatchMap($box: BoxInput!) {
    vehicleAvailability(box: $box) {
      snapshot
      sequence
      goneIds
      vehicles { id state speed position { latitude longitude } }
    }
  }
`

export const end = /* GraphQL */ `
  mutation End($requestId: ID!, $bookingId: ID!) {
    endTrip(input: { requestId: $requestId, bookingId: $bookingId }) {
      __typename
      ... on EndTripSuccess { command { id state } }
      ... on EndTripBlocked { blockers { __typename } }
      ... on Problem { message }
    }
  }
`

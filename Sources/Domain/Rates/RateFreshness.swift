/// What the age of the rates in use means for the shop.
package enum RateFreshness: Hashable, Sendable {
    /// More days than this between a set's day and today are worth an alert: sources rest on weekends and holidays, and
    /// no longer.
    package static let alertDays = 4

    /// As it should be.
    case fresh
    /// The source has been silent for too long; prices are still converted.
    case old
    /// Prices are not converted any more: checkout in the currencies that need it stops.
    case expired

    /// Judges an age in days.
    ///
    /// - Parameter maximum: the age up to which prices are converted.
    package init(days: Int, maximum: Int) {
        self = days > maximum ? .expired : days > Self.alertDays ? .old : .fresh
    }
}

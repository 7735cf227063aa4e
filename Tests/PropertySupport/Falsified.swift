/// A property does not hold.
package struct Falsified: Error, CustomStringConvertible {
    /// What should have held.
    package let description: String

    package init(description: String) {
        self.description = description
    }
}

/// Demands something of a case. Thrown and not recorded, because a case that fails is run many times while it is made
/// smaller.
package func demand(_ holds: Bool, _ what: @autoclosure () -> String) throws(Falsified) {
    if !holds { throw Falsified(description: what()) }
}

/// Demands that two values are equal.
package func demandEqual<Value: Equatable>(_ left: Value, _ right: Value, _ what: @autoclosure () -> String = "")
    throws(Falsified)
{
    if left != right { throw Falsified(description: "\(what()) \(left) is not \(right)") }
}

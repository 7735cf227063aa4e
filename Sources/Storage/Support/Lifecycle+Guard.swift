package import Domain

extension Lifecycle {
    /// The condition under which a row may go from the state in one column to that in another, made from the table of
    /// transitions. It may stay where it is; so does a row that is sent nowhere (`NULL`).
    static func guarding(_ from: String, _ to: String) -> String {
        "(\(to) IS NULL OR \(to) = \(from) OR (\(from), \(to)) IN (\(pairs)))"
    }

    /// The states from which a row may come to this one, as a list of SQL.
    ///
    /// - Parameter states: only these of them. The state itself may be among them: then the row may stay.
    func sources(among states: Set<Self>? = nil) -> String {
        let states = states ?? Set(origins)
        let sources = Self.allCases.filter { states.contains($0) && ($0 == self || $0.canBecome(self)) }
        return sources.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    }

    private static var pairs: String {
        listed.map { "('\($0.from.rawValue)', '\($0.to.rawValue)')" }.joined(separator: ", ")
    }

    /// The body of the trigger that is the last line against a change that the table does not list. A migration carries
    /// it; a test compares the two.
    ///
    /// - Parameter table: what the rows are of, such as `orders`.
    package static func triggerFunction(of table: String) -> String {
        let cases = allCases.map { from in
            let next = allCases.filter(from.canBecome).map { "'\($0.rawValue)'" }
            return "        WHEN '\(from.rawValue)' THEN "
                + (next.isEmpty ? "false" : "NEW.status IN (\n          \(next.joined(separator: ", ")))")
        }
        return """
            CREATE OR REPLACE FUNCTION guard_\(table)_status() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF NOT (CASE OLD.status
            \(cases.joined(separator: "\n"))
                    ELSE false
                END) THEN
                    RAISE EXCEPTION 'a row of \(table) does not go from % to %', OLD.status, NEW.status
                        USING ERRCODE = 'check_violation', TABLE = '\(table)',
                              CONSTRAINT = '\(table)_status_transition';
                END IF;
                RETURN NEW;
            END
            $$;
            """
    }
}

import Postgres
import Testing

@Suite("Statements are put together from parts, and their values keep their places")
struct CompositionTests {
    @Test("placeholders are numbered on from part to part")
    func partsAreCountedOn() {
        let condition: SQL = "state = \("dead") AND queue = \("email")"
        let statement: SQL = "SELECT \(1) FROM jobs WHERE \(condition) AND \(condition) LIMIT \(5)"
        #expect(
            statement.text
                == "SELECT $1 FROM jobs WHERE state = $2 AND queue = $3 AND state = $4 AND queue = $5 LIMIT $6")
        #expect(statement.parameters.map(\.text) == ["1", "dead", "email", "dead", "email", "5"])
    }

    @Test("eleven values and a dollar sign in a text keep their places")
    func elevenValuesAndADollarThatIsNone() {
        let many = SQL.joined((1...11).map { "\($0)" }, separator: ", ")
        #expect(many.text == "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11")
        let moved: SQL = "f(\(0)) \(many) \("'$' || $tag$x$tag$ || \(7)" as SQL)"
        #expect(moved.text == "f($1) $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 '$' || $tag$x$tag$ || $13")
        #expect(moved.parameters.map(\.text) == ["0"] + (1...11).map(String.init) + ["7"])
    }

    @Test("a part without values stays as it is")
    func aPartWithoutValuesStaysAsItIs() {
        let order: SQL = "ORDER BY id"
        #expect(("SELECT \(1) \(order)" as SQL).text == "SELECT $1 ORDER BY id")
        #expect(SQL.joined([], separator: " AND ").text == "")
    }
}

import Testing

@testable import CLI

@Suite("Seeded random numbers are the same everywhere")
struct SeededGeneratorTests {
    /// First outputs of the reference implementation (splitmix64.c by S. Vigna) for the seed 1234567.
    @Test("the generator agrees with the reference")
    func agreesWithTheReference() {
        var generator = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<5).map { _ in generator.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }

    @Test("shuffling loses nothing")
    func shufflingLosesNothing() {
        var generator = SeededGenerator(seed: 7)
        let shuffled = generator.shuffled(Array(0..<100))
        #expect(shuffled != Array(0..<100))
        #expect(shuffled.sorted() == Array(0..<100))
    }

    @Test("numbers stay inside their range")
    func staysInsideARange() {
        var generator = SeededGenerator(seed: 7)
        let numbers = Set((0..<1000).map { _ in generator.number(in: 3...7) })
        #expect(numbers == [3, 4, 5, 6, 7])
    }
}

/// Makes a list of choices smaller while the case made from it still fails: shorter first, then with smaller numbers.
struct Shrinker {
    /// The smallest list so far.
    private(set) var best: [UInt64]
    /// How often it became smaller.
    private(set) var steps = 0
    private var triesLeft = 20_000
    /// The choices taken from a candidate when its case fails, nil when it passes.
    private let failing: ([UInt64]) -> [UInt64]?

    init(_ choices: [UInt64], failing: @escaping ([UInt64]) -> [UInt64]?) {
        best = choices
        self.failing = failing
    }

    /// Goes on until nothing helps any more, or too much was tried.
    mutating func run() {
        var before = -1
        while steps != before, triesLeft > 0 {
            before = steps
            for length in [128, 64, 32, 16, 8, 6, 5, 4, 3, 2, 1] { cutOut(length) }
            for index in best.indices { lower(index) }
            for first in best.indices { for second in best.indices.dropFirst(first + 1) { lowerBoth(first, second) } }
            for length in [3, 2, 1] { cutOutAndLower(length) }
        }
    }

    private mutating func cutOut(_ length: Int) {
        var start = best.count - length
        while start >= 0 {
            if start + length <= best.count {
                var candidate = best
                candidate.removeSubrange(start..<start + length)
                _ = attempt(candidate)
            }
            start -= 1
        }
    }

    /// Finds the least number at a place, taking it that what fails for a number fails for larger ones.
    private mutating func lower(_ index: Int) {
        guard index < best.count, best[index] > 0 else { return }
        if set(index, 0) { return }
        var passing: UInt64 = 0
        while index < best.count, best[index] - passing > 1 {
            let middle = passing + (best[index] - passing) / 2
            if !set(index, middle) { passing = middle }
        }
        // Some properties fail for every other number, and for some of the small ones.
        for number in UInt64(1)...8 where index < best.count && number < best[index] {
            if set(index, number) { return }
        }
    }

    /// Lowers two numbers by as much, for cases that fail only while the two stand in a relation, such as stock and
    /// what is asked of it.
    private mutating func lowerBoth(_ first: Int, _ second: Int) {
        guard best.count <= 64, second < best.count else { return }
        var step = min(best[first], best[second])
        while step > 0, second < best.count {
            var candidate = best
            if candidate[first] >= step, candidate[second] >= step {
                candidate[first] -= step
                candidate[second] -= step
                if attempt(candidate) { continue }
            }
            step /= 2
        }
    }

    /// Cuts a stretch out and lowers a number elsewhere by one, for cases with one thing less on both sides.
    private mutating func cutOutAndLower(_ length: Int) {
        guard best.count <= 48 else { return }
        var start = best.count - length
        while start >= 0 {
            for index in 0..<max(0, best.count - length) where start + length <= best.count {
                var candidate = best
                candidate.removeSubrange(start..<start + length)
                guard index < candidate.count, candidate[index] > 0 else { continue }
                candidate[index] -= 1
                if attempt(candidate) { break }
            }
            start -= 1
        }
    }

    /// Puts a number at a place; where that alone helps nothing, with the one after it as large as it may be: it may
    /// have stood at zero for no reason.
    private mutating func set(_ index: Int, _ number: UInt64) -> Bool {
        var candidate = best
        candidate[index] = number
        if attempt(candidate) { return true }
        guard index + 1 < candidate.count else { return false }
        candidate[index + 1] = .max
        return attempt(candidate)
    }

    private mutating func attempt(_ candidate: [UInt64]) -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        guard let taken = failing(candidate),
            taken.count < best.count || (taken.count == best.count && taken.lexicographicallyPrecedes(best))
        else { return false }
        best = taken
        steps += 1
        return true
    }
}

// The roof: independent multiply-adds that never touch memory.

/// Operations (a multiplication and an addition count two) of one round of `multiplyAdds`.
let operationsPerRound = 12 * 2 * V.scalarCount

@inline(never)
func multiplyAdds(_ rounds: Int) -> Float {
    var sums: InlineArray<12, V> = [
        .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero,
    ]
    for i in 0..<12 { sums[at: i] = all(Float(i)) }
    let a = all(0.999_999)
    let b = all(0.000_001)
    for _ in 0..<rounds {
        for i in 0..<12 { sums[at: i] = multiplyAdd(sums[at: i], a, b) }
    }
    var total = V.zero
    for i in 0..<12 { total += sums[at: i] }
    return sum(total)
}

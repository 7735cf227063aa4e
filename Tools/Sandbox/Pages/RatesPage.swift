import FoundationEssentials

/// The rates that are published now, and the switches that make them wrong.
enum RatesPage {
    static func html(of table: RateTable, _ controls: RateControls) -> String {
        let rows = (table.rates(base: "EUR") ?? []).map {
            ["<code>\(Page.escape($0.code))</code>", Page.escape($0.rate.description)]
        }
        let jump = controls.jump?.sorted { $0.key < $1.key }.first
        let breaks = ([""] + RateControls.Break.allCases.map(\.rawValue)).map { name in
            let isChosen = name == controls.breaks?.rawValue ?? ""
            return "<option value=\"\(name)\"\(isChosen ? " selected" : "")>\(name.isEmpty ? "nothing" : name)</option>"
        }.joined()
        return Page.html(
            "Rates",
            """
            <p>For one euro, of \(Page.escape(table.date.description)). Served at <code>/rates/ecb/eurofxref-daily.xml</code>,
            <code>/rates/v1/latest</code>, <code>/rates/v2/rates</code> and <code>/rates/oxr/api/latest.json?app_id=sandbox</code>.</p>
            <form method="post" action="/_sandbox/rates">
            <label>Days old <input name="age_days" inputmode="numeric" size="5" value="\(controls.ageDays.map(String.init) ?? "")"></label>
            <label>Currency <input name="jump_currency" size="4" value="\(Page.escape(jump?.key ?? ""))"></label>
            <label>times <input name="jump_factor" size="6" value="\(Page.escape(jump?.value.description ?? ""))"></label>
            <label>Broken <select name="break">\(breaks)</select></label>
            <label><input type="checkbox" name="negative" value="true"\(controls.negative == true ? " checked" : "")> last one negative</label>
            <button>Apply</button>
            </form>
            <form method="post" action="/_sandbox/rates"><button>Put all right</button></form>
            \(Page.table(["Currency", "Rate"], rows, empty: ""))
            """)
    }
}

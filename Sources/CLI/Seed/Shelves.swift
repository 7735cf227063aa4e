import Domain

extension Shelf {
    /// For listening.
    static let audio = Shelf(
        category: Category(slug: "audio", name: "Audio"), code: "AUD",
        series: ["Cadence", "Larghetto", "Octave", "Murmur", "Halftone", "Reverie", "Timbre", "Vesper"],
        materials: [
            "Walnut": "The walnut housing is milled from one piece and oiled.",
            "Ash": "Ash veneer over a stiff, well-braced cabinet.",
            "Aluminium": "The aluminium body carries heat and vibration away.",
            "Graphite": "A matt graphite finish that shows no fingerprints.",
            "Ivory": "Finished in a warm ivory that suits a bright room.",
            "Leather": "The leather is tanned without chrome and can be replaced.",
        ],
        kinds: [
            Kind(
                name: "Bookshelf Speakers", materials: ["Walnut", "Ash", "Graphite", "Ivory"], dollars: 149...599,
                use: "A pair of two-way speakers that fill a living room without a subwoofer."),
            Kind(
                name: "Headphones", materials: ["Walnut", "Graphite", "Leather"], dollars: 79...399,
                use: "Closed headphones with thirty hours of battery and a cable for the rest."),
            Kind(
                name: "Turntable", materials: ["Walnut", "Ash", "Graphite"], dollars: 199...799,
                use: "Belt driven, with a cartridge that is set up at the factory."),
            Kind(
                name: "Portable Speaker", materials: ["Aluminium", "Graphite", "Ivory", "Leather"], dollars: 49...229,
                use: "Sixteen hours of music on the balcony, rain included."),
            Kind(
                name: "Table Radio", materials: ["Walnut", "Ash", "Ivory"], dollars: 69...249,
                use: "FM, digital and internet radio with one large knob."),
            Kind(
                name: "Earphones", materials: ["Aluminium", "Graphite", "Ivory"], dollars: 29...199,
                use: "Small earphones that stay where they are put."),
            Kind(
                name: "Amplifier", materials: ["Aluminium", "Graphite", "Walnut"], dollars: 179...899,
                use: "Twice sixty watts, four inputs and a proper stage for records."),
        ],
        closings: [
            "Tuned by ear in a room like yours.", "Firmware comes over the air and asks first.",
            "Works with everything else in the * family.", "Batteries and pads of the * can be changed with a coin.",
        ])
}

extension Shelf {
    /// For the bathroom.
    static let bath = Shelf(
        category: Category(slug: "bath", name: "Bath"), code: "BAT",
        series: ["Lagoon", "Saltmarsh", "Harbour", "Spruce", "Eddy", "Pebble", "Mistral", "Kelda"],
        materials: [
            "Cotton": "Long-staple cotton that dries a body in one go.",
            "Linen": "Linen waffle that is dry again by evening.",
            "Teak": "Oiled teak does not mind being wet.",
            "Stoneware": "Glazed stoneware that wipes clean.",
            "Olive Oil": "Boiled from cold-pressed olive oil and nothing from a laboratory.",
            "Sea Salt": "With sea salt from shallow pans.",
            "Brass": "Brushed brass, lacquered against water spots.",
            "Beech": "Beech from the carpenter's offcuts.",
        ],
        kinds: [
            Kind(
                name: "Bath Towel", materials: ["Cotton", "Linen"], dollars: 19...59,
                use: "A towel of 70 by 140 cm with a loop on the long side."),
            Kind(
                name: "Robe", materials: ["Cotton", "Linen"], dollars: 59...149,
                use: "Reaches the knee and has pockets that hold something."),
            Kind(
                name: "Soap", materials: ["Olive Oil", "Sea Salt"], dollars: 5...15,
                use: "A bar that lasts a month at the basin."),
            Kind(
                name: "Soap Dish", materials: ["Teak", "Stoneware", "Brass"], dollars: 9...35,
                use: "Lets the water run off, so that the soap lasts."),
            Kind(
                name: "Bath Mat", materials: ["Cotton", "Teak"], dollars: 19...79,
                use: "Warm under the feet and steady on wet tiles."),
            Kind(
                name: "Body Brush", materials: ["Beech", "Teak"], dollars: 12...39,
                use: "Reaches the middle of the back."),
            Kind(
                name: "Tumbler", materials: ["Stoneware", "Brass", "Beech"], dollars: 9...29,
                use: "For toothbrushes, with a foot that does not leave a ring."),
            Kind(
                name: "Towel Rail", materials: ["Brass", "Teak", "Beech"], dollars: 29...109,
                use: "Carries four wet towels; screws and plugs are enclosed."),
            Kind(
                name: "Bath Soak", materials: ["Sea Salt", "Olive Oil"], dollars: 9...32,
                use: "Enough for ten long baths."),
        ],
        closings: [
            "Unscented, as everything in the * line.", "Packed in paper.",
            "The * line was made together with a small hotel.",
            "Good company for the other * pieces.",
        ])
}

extension Shelf {
    /// Non-fiction, by subject; the binding counts as the material.
    static let books = Shelf(
        category: Category(slug: "books", name: "Books"), code: "BOK", order: .kindSeriesMaterial,
        series: [
            "Coastal Birds", "Sourdough", "Letterpress Printing", "Wooden Boats", "Alpine Plants", "Small Gardens",
            "Night Trains",
            "Beekeeping",
            "Tide Pools", "Lighthouses",
        ],
        materials: [
            "Hardcover": "Bound in cloth, thread-sewn, with a ribbon.",
            "Paperback": "A paperback that opens flat and fits a coat pocket.",
            "Illustrated Edition": "With more than a hundred drawings, many of them over a full page.",
        ],
        kinds: [
            Kind(
                name: "A Field Guide to", materials: ["Hardcover", "Paperback", "Illustrated Edition"],
                dollars: 14...39,
                use: "Everything one meets outside, in the order one meets it."),
            Kind(
                name: "The Beginner's Handbook of", materials: ["Hardcover", "Paperback"], dollars: 12...29,
                use: "Begins at the beginning and takes nothing for granted."),
            Kind(
                name: "A Short History of", materials: ["Hardcover", "Paperback", "Illustrated Edition"],
                dollars: 13...35,
                use: "Two thousand years in two hundred pages, with dates where they matter."),
            Kind(
                name: "A Year of", materials: ["Hardcover", "Illustrated Edition"], dollars: 18...45,
                use: "Twelve chapters, one a month, for reading along."),
            Kind(
                name: "Letters on", materials: ["Hardcover", "Paperback"], dollars: 11...27,
                use: "Thirty letters between two friends who never agree for long."),
            Kind(
                name: "The Atlas of", materials: ["Hardcover", "Illustrated Edition"], dollars: 29...69,
                use: "Maps and plates in large format, each with a page of commentary."),
            Kind(
                name: "Essays on", materials: ["Hardcover", "Paperback"], dollars: 10...25,
                use: "Eleven essays that wander off and always come home."),
        ],
        closings: [
            "For everybody who cannot stop talking about *.", "With an index that can be relied upon.",
            "Third edition, revised throughout.", "The standard work on *, readable even so.",
        ])
}

extension Shelf {
    /// For bicycles and who rides them.
    static let cycling = Shelf(
        category: Category(slug: "cycling", name: "Cycling"), code: "CYC",
        series: ["Commuter", "Randonneur", "Gravel", "Velodrome", "Errand", "Switchback", "Tailwind", "Cobble"],
        materials: [
            "Steel": "Steel that a village blacksmith could mend.",
            "Aluminium": "Aluminium, light and free of rust.",
            "Leather": "Leather that takes the shape of its rider.",
            "Waxed Canvas": "Waxed canvas with rolled and taped seams.",
            "Merino": "Merino that does not smell after the second day.",
            "Reflective": "Woven with a yarn that lights up in headlamps.",
            "Cork": "Natural cork that does not get slippery.",
        ],
        kinds: [
            Kind(
                name: "Saddle", materials: ["Leather", "Cork"], dollars: 39...149,
                use: "For long days; comfortable after a short acquaintance."),
            Kind(
                name: "Pannier", materials: ["Waxed Canvas", "Reflective", "Leather"], dollars: 49...159,
                use: "Eighteen litres that click onto any rack with one hand."),
            Kind(
                name: "Handlebar Bag", materials: ["Waxed Canvas", "Reflective", "Leather"], dollars: 35...119,
                use: "Keeps camera, map and apples within reach."),
            Kind(
                name: "Bell", materials: ["Steel", "Aluminium"], dollars: 9...29,
                use: "One clear note, polite and well heard."),
            Kind(
                name: "Jersey", materials: ["Merino", "Reflective"], dollars: 59...139,
                use: "Three pockets at the back and a zip down to the waist."),
            Kind(
                name: "Grips", materials: ["Cork", "Leather"], dollars: 12...49,
                use: "Shaped for the palm and fastened with one bolt."),
            Kind(
                name: "Front Rack", materials: ["Steel", "Aluminium"], dollars: 35...109,
                use: "Carries ten kilograms in front without wagging."),
            Kind(
                name: "Gloves", materials: ["Merino", "Leather", "Reflective"], dollars: 19...69,
                use: "Warm enough for October, thin enough for gears."),
            Kind(
                name: "Mini Pump", materials: ["Steel", "Aluminium"], dollars: 19...59,
                use: "Seven bar at the roadside without a sore arm."
            ),
            Kind(
                name: "Multi-Tool", materials: ["Steel", "Aluminium"], dollars: 15...59,
                use: "Eleven keys, a chain breaker and a bottle opener."),
        ],
        closings: [
            "The * series fits rims, racks and posts of all common sizes.", "Ridden for a winter before it was sold.",
            "Spare screws are in the bag.", "Goes with the other * parts.",
        ])
}

extension Shelf {
    /// Tools, pots and light for the garden.
    static let garden = Shelf(
        category: Category(slug: "garden", name: "Garden"), code: "GAR",
        series: ["Orchard", "Hedgerow", "Allotment", "Wisteria", "Meadow", "Potting Shed", "Bramble", "Fennel"],
        materials: [
            "Ash-Handled": "The handle is ash, shaped for a hand in a glove.",
            "Stainless": "Polished stainless steel lets wet clay slide off.",
            "Forged": "Forged in one piece, so there is no joint to give way.",
            "Galvanised": "Hot-dip galvanised, it may stay outside all winter.",
            "Terracotta": "Frost-proof terracotta that breathes and ages well.",
            "Zinc": "Zinc takes on a soft grey within a season.",
            "Cedar": "Cedar lasts for decades without paint.",
            "Solar": "Charges in daylight and comes on by itself.",
        ],
        kinds: [
            Kind(
                name: "Spade", materials: ["Ash-Handled", "Stainless", "Forged"], dollars: 29...89,
                use: "Goes through roots and heavy soil without bending."),
            Kind(
                name: "Hand Trowel", materials: ["Ash-Handled", "Stainless", "Forged"], dollars: 9...35,
                use: "For bulbs, seedlings and the weed between the stones."),
            Kind(
                name: "Secateurs", materials: ["Forged", "Stainless"], dollars: 19...79,
                use: "Cut a clean slope through stems up to 22 mm."),
            Kind(
                name: "Watering Can", materials: ["Galvanised", "Zinc", "Stainless"], dollars: 19...69,
                use: "Eight litres, well balanced, with a rose that comes off for cleaning."),
            Kind(
                name: "Planter", materials: ["Terracotta", "Zinc", "Cedar", "Galvanised"], dollars: 15...99,
                use: "Deep enough for roots, with a hole where the water should leave."),
            Kind(
                name: "Raised Bed", materials: ["Cedar", "Galvanised"], dollars: 69...229,
                use: "Brings salad and herbs to a height that spares the back."),
            Kind(
                name: "Path Lantern", materials: ["Solar", "Zinc"], dollars: 15...59,
                use: "Shows the way to the gate and leaves the stars alone."),
            Kind(
                name: "Bird Table", materials: ["Cedar", "Terracotta"], dollars: 25...85,
                use: "Out of reach of cats and easy to clean."),
        ],
        closings: [
            "The * tools hang from one rail.", "Guaranteed for as long as you garden.",
            "Sent in cardboard, with no plastic.",
            "Looks best beside others of the * range.",
        ])
}

extension Shelf {
    /// For living rooms and bedrooms.
    static let home = Shelf(
        category: Category(slug: "home", name: "Home"), code: "HOM",
        series: ["Solveig", "Hearth", "Lumen", "Arden", "Veranda", "Birch Lane", "Hollis", "Amara"],
        materials: [
            "Wool": "New wool from one flock, washed without chlorine.",
            "Linen": "Stone-washed linen that needs no ironing.",
            "Cotton": "Organic cotton, densely woven.",
            "Oak": "Solid oak from managed forests.",
            "Rattan": "Rattan, woven by hand over a steel frame.",
            "Ceramic": "Each ceramic piece turns out a little different.",
            "Glass": "Mouth-blown glass with the occasional bubble.",
            "Soy Wax": "Soy wax burns slowly and without soot.",
        ],
        kinds: [
            Kind(
                name: "Throw", materials: ["Wool", "Linen", "Cotton"], dollars: 39...149,
                use: "Large enough for two on a sofa."),
            Kind(
                name: "Cushion", materials: ["Wool", "Linen", "Cotton"], dollars: 19...65,
                use: "A 50 cm cushion with a hidden zip and a cover to wash."),
            Kind(
                name: "Floor Lamp", materials: ["Oak", "Rattan", "Glass"], dollars: 89...289,
                use: "Reads over your shoulder without glare."),
            Kind(
                name: "Vase", materials: ["Ceramic", "Glass"], dollars: 15...89,
                use: "Stands well with one stem or an armful."),
            Kind(
                name: "Side Table", materials: ["Oak", "Rattan", "Ceramic"], dollars: 69...249,
                use: "Holds a lamp, a book and a cup, and is easily carried."),
            Kind(
                name: "Candle", materials: ["Soy Wax", "Ceramic", "Glass"], dollars: 9...39,
                use: "Forty hours of light with a scent that stays in the background."),
            Kind(
                name: "Storage Basket", materials: ["Rattan", "Cotton", "Wool"], dollars: 19...79,
                use: "For blankets, toys or the newspapers of a week."),
            Kind(
                name: "Bed Linen", materials: ["Linen", "Cotton"], dollars: 59...219,
                use: "A set of two covers and two pillowcases, softer with every wash."),
        ],
        closings: [
            "Colours of the * collection go with each other.", "Made in a family business of fourteen people.",
            "Sent back free of charge if it does not fit the room.", "One of the quiet pieces of the * collection.",
        ])
}

extension Shelf {
    /// Boards, pans, knives and what else cooking takes.
    static let kitchen = Shelf(
        category: Category(slug: "kitchen", name: "Kitchen"), code: "KIT",
        series: ["Halden", "Marlow", "Brenta", "Osterby", "Calder", "Tavira", "Lindell", "Rowan"],
        materials: [
            "Oak": "Oiled oak is hard, dense and grows more handsome with use.",
            "Walnut": "The walnut comes from orchards that are felled after their last harvest.",
            "Beech": "Beech takes knocks well and has no taste of its own.",
            "Bamboo": "Bamboo grows back within five years and hardly drinks water.",
            "Cast Iron": "Cast iron keeps its heat long after the stove is off.",
            "Carbon Steel": "Carbon steel heats quickly and takes on a non-stick skin over the years.",
            "Stainless": "18/10 stainless steel shrugs off acids and the dishwasher.",
            "Copper": "Copper answers at once when the flame is turned down.",
            "Stoneware": "Each piece of stoneware is glazed by hand and fired twice.",
            "Enamel": "The enamel is free of lead and cadmium and does not scratch.",
            "Glass": "Borosilicate glass goes from the freezer to the oven.",
            "Linen": "Washed linen dries fast and leaves no fluff.",
        ],
        kinds: [
            Kind(
                name: "Cutting Board", materials: ["Oak", "Walnut", "Beech", "Bamboo"], dollars: 19...79,
                use: "A board with room for bread, a roast and a heap of vegetables."),
            Kind(
                name: "Frying Pan", materials: ["Cast Iron", "Carbon Steel", "Stainless", "Copper"], dollars: 29...149,
                use: "A pan for eggs in the morning and steak in the evening, 28 cm across."),
            Kind(
                name: "Saucepan", materials: ["Stainless", "Copper", "Enamel"], dollars: 25...129,
                use: "Holds two litres and pours from both sides without a drip."),
            Kind(
                name: "Casserole", materials: ["Cast Iron", "Enamel", "Stoneware"], dollars: 49...219,
                use: "A lidded pot for stews that take their time."),
            Kind(
                name: "Mixing Bowl", materials: ["Stainless", "Glass", "Stoneware", "Bamboo"], dollars: 12...45,
                use: "Deep enough to whisk cream without painting the wall."),
            Kind(
                name: "Chef's Knife", materials: ["Carbon Steel", "Stainless"], dollars: 39...189,
                use: "A 20 cm blade for nearly everything that needs cutting."),
            Kind(
                name: "Storage Jar", materials: ["Glass", "Stoneware", "Enamel"], dollars: 8...29,
                use: "Keeps flour, coffee or dried beans as they were bought."),
            Kind(
                name: "Tea Towel", materials: ["Linen"], dollars: 7...19,
                use: "A generous towel with a loop that stays on its hook."),
        ],
        closings: [
            "Part of the * series, in which everything nests and stacks.", "Made to be repaired, not replaced.",
            "Comes with a card on how to look after it.", "A favourite of the * line since its first year.",
        ])
}

extension Shelf {
    /// For desks.
    static let office = Shelf(
        category: Category(slug: "office", name: "Office"), code: "OFF",
        series: ["Ledger", "Draft", "Margin", "Folio", "Quire", "Octavo", "Vellum", "Broadsheet"],
        materials: [
            "Brass": "Solid brass that may be polished or left to darken.",
            "Walnut": "Walnut with a thin coat of hard wax.",
            "Steel": "Powder-coated steel with no sharp edge anywhere.",
            "Felt": "Wool felt, three millimetres thick, from offcuts.",
            "Leather": "Vegetable-tanned leather that remembers where it has been.",
            "Recycled Paper": "The paper is recycled, cream, and does not bleed.",
            "Cork": "Cork is harvested without felling the tree.",
        ],
        kinds: [
            Kind(
                name: "Desk Lamp", materials: ["Brass", "Steel", "Walnut"], dollars: 49...189,
                use: "Warm in the evening and bright for small print, on one dial."),
            Kind(
                name: "Pen", materials: ["Brass", "Steel", "Walnut"], dollars: 12...79,
                use: "Writes at once after a week in a drawer."),
            Kind(
                name: "Notebook", materials: ["Leather", "Recycled Paper", "Cork"], dollars: 8...39,
                use: "192 numbered pages and a table of contents to fill in."),
            Kind(
                name: "Desk Mat", materials: ["Felt", "Leather", "Cork"], dollars: 19...89,
                use: "Quiet under the keyboard and wide enough for the mouse."),
            Kind(
                name: "Document Tray", materials: ["Steel", "Walnut", "Felt"], dollars: 19...69,
                use: "A4 fits lengthways; three of them stack."),
            Kind(
                name: "Monitor Stand", materials: ["Walnut", "Steel", "Cork"], dollars: 35...129,
                use: "Lifts the screen to eye level and hides the keyboard at night."),
            Kind(
                name: "Pencil Case", materials: ["Leather", "Felt", "Recycled Paper"], dollars: 9...35,
                use: "Holds twelve pencils, an eraser and a ruler of 15 cm."),
            Kind(
                name: "Bookends", materials: ["Brass", "Steel", "Walnut"], dollars: 19...75,
                use: "Heavy enough for a shelf of dictionaries."),
        ],
        closings: [
            "Refills of the * series are sold singly.", "The whole * series is sized to one grid.",
            "Designed for people who still sharpen pencils.",
            "Arrives assembled.",
        ])
}

extension Shelf {
    /// For nights in a tent and days on a trail.
    static let outdoor = Shelf(
        category: Category(slug: "outdoor", name: "Outdoor"), code: "OUT",
        series: ["Skarn", "Tarn", "Ridgeway", "Fell", "Torrent", "Norrland", "Col", "Kestrel"],
        materials: [
            "Ripstop": "The ripstop weave keeps a small tear small.",
            "Canvas": "Waxed canvas turns rain away and can be waxed again at home.",
            "Titanium": "Titanium weighs next to nothing and does not taste of metal.",
            "Aluminium": "Anodised aluminium stands being dropped on rocks.",
            "Merino": "Merino wool stays warm when wet and fresh for days.",
            "Down": "The down is traced from the farm and repels water.",
            "Recycled": "The fabric is spun from recycled bottles and fishing nets.",
            "Steel": "Double-walled steel keeps hot and cold apart.",
        ],
        kinds: [
            Kind(
                name: "Two-Person Tent", materials: ["Ripstop", "Canvas", "Recycled"], dollars: 149...499,
                use: "Pitches in four minutes and has a porch for wet boots."),
            Kind(
                name: "Day Pack", materials: ["Ripstop", "Canvas", "Recycled"], dollars: 59...149,
                use: "Twenty-two litres for a jacket, lunch and a map."),
            Kind(
                name: "Sleeping Bag", materials: ["Down", "Recycled", "Merino"], dollars: 89...389,
                use: "Comfortable down to two degrees below freezing."),
            Kind(
                name: "Cook Set", materials: ["Titanium", "Aluminium", "Steel"], dollars: 35...129,
                use: "Two pots, a pan and a lid that pack into each other."),
            Kind(
                name: "Flask", materials: ["Steel", "Titanium", "Aluminium"], dollars: 19...69,
                use: "Tea from the morning is still hot at the summit."),
            Kind(
                name: "Base Layer", materials: ["Merino", "Recycled"], dollars: 45...119,
                use: "Worn next to the skin, with flat seams under the pack's straps."),
            Kind(
                name: "Trekking Poles", materials: ["Aluminium", "Titanium"], dollars: 39...159,
                use: "Fold in three, lock with a click and spare the knees downhill."),
            Kind(
                name: "Rain Jacket", materials: ["Ripstop", "Recycled"], dollars: 99...329,
                use: "Keeps out three hours of steady rain and packs into its own pocket."),
        ],
        closings: [
            "The * range is tested on the west coast, where it rains sideways.", "Spare parts are kept for ten years.",
            "Weighed without its packaging, as one carries it.", "Pairs with everything else in the * range.",
        ])
}

extension Shelf {
    /// For children, and for whoever plays with them.
    static let toys = Shelf(
        category: Category(slug: "toys", name: "Toys"), code: "TOY",
        series: ["Pippin", "Otterby", "Moonbeam", "Tumble", "Hazelnut", "Puddle", "Juniper", "Clementine"],
        materials: [
            "Wooden": "The wood is maple, sanded smooth and stained with food colours.",
            "Felt": "Sewn from wool felt with no small parts.",
            "Cotton": "Organic cotton inside and out; goes into the machine.",
            "Cardboard": "Sturdy cardboard, printed with vegetable inks.",
            "Tin": "Tin with rolled edges, wound up with a key.",
            "Magnetic": "The magnets are sealed in and cannot come loose.",
        ],
        kinds: [
            Kind(
                name: "Building Blocks", materials: ["Wooden", "Magnetic", "Cardboard"], dollars: 19...89,
                use: "Sixty pieces that become a tower, a bridge and a tower again."),
            Kind(
                name: "Train Set", materials: ["Wooden", "Tin", "Magnetic"], dollars: 29...129,
                use: "An oval of track, a bridge and an engine that pulls four wagons."),
            Kind(name: "Rabbit", materials: ["Felt", "Cotton"], dollars: 15...45, use: "Long ears, good listener."),
            Kind(
                name: "Bear", materials: ["Felt", "Cotton"], dollars: 15...49,
                use: "A bear of the size that fits under one arm."),
            Kind(
                name: "Puzzle", materials: ["Wooden", "Cardboard", "Magnetic"], dollars: 9...39,
                use: "Two hundred pieces, none of them sky."),
            Kind(
                name: "Memory Game", materials: ["Wooden", "Cardboard", "Felt"], dollars: 9...35,
                use: "Thirty-six pairs that grown-ups lose at."),
            Kind(
                name: "Racing Car", materials: ["Wooden", "Tin", "Cardboard"], dollars: 7...39,
                use: "Rolls far on a kitchen floor."),
            Kind(
                name: "Theatre", materials: ["Wooden", "Cardboard", "Felt"], dollars: 19...99,
                use: "A stage with three backdrops and a curtain that really closes."),
            Kind(name: "Drum", materials: ["Wooden", "Tin"], dollars: 12...49, use: "Loud enough, and no louder."),
        ],
        closings: [
            "For children from three years.", "The * family grows by one animal a year.",
            "Comes in a box that is worth keeping.",
            "Tested to EN 71 and by two kindergartens.",
        ])
}

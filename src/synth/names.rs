//! Invented names that break bad conversions: accents, apostrophes, hyphens, two surnames, suffixes.
//! All of them fit Windows-1252, because half of the legacy systems write it.

/// First names.
pub const FIRST: [&str; 96] = [
    "Maria", "José", "Ana", "Luis", "Sofía", "Diego", "Camila", "Mateo", "Valentina", "Ángel", "Zoë", "Renée", "Chloé",
    "Noël", "André", "Inés", "Raúl", "Begoña", "Iñaki", "Søren", "Björn", "Jürgen", "Håkon", "Anaïs", "James", "Olivia",
    "Liam", "Emma", "Noah", "Ava", "Ethan", "Mia", "Mason", "Amelia", "Logan", "Harper", "Lucas", "Evelyn", "Jackson",
    "Abigail", "Aiden", "Ella", "Carter", "Scarlett", "Daniel", "Grace", "Henry", "Lily", "Wyatt", "Aria", "Owen",
    "Nora", "Julian", "Hazel", "Levi", "Zuri", "Kwame", "Amara", "Tariq", "Layla", "Omar", "Fatima", "Yusuf", "Aisha",
    "Wei", "Mei", "Hiro", "Yuki", "Minh", "Linh", "Priya", "Arjun", "Ananya", "Rohan", "Kai", "Leilani", "Keoni",
    "Malia", "D'Andre", "Ja'Nae", "Mary-Kate", "Jean-Luc", "Ana Lucía", "Juan Pablo", "Lee", "Bo", "Ty", "Alexandria",
    "Maximiliano", "Guadalupe", "Esperanza", "Xóchitl", "Tomás", "Mónica", "Héctor", "Lucía",
];

/// Middle names; most students have none.
pub const MIDDLE: [&str; 16] = [
    "Ann", "Lee", "Marie", "Jo", "Ray", "José", "Luz", "Grace", "James", "Paul", "Rose", "Lynn", "A.", "J.", "María",
    "Sky",
];

/// Last names.
pub const LAST: [&str; 112] = [
    "Muñoz", "García", "Hernández", "López", "Martínez", "González", "Pérez", "Sánchez", "Ramírez", "Núñez", "Peña",
    "Ibáñez", "Zúñiga", "Castañeda", "Ordóñez", "Yáñez", "Müller", "Schröder", "Östberg", "Lindström", "Ångström",
    "Bergström", "Côté", "Bélanger", "Lefèvre", "François", "D'Angelo", "O'Brien", "O'Neill", "O'Connor", "D'Souza",
    "N'Diaye", "De la Cruz", "De los Santos", "Van der Berg", "Van Dyke", "St. James", "Del Río", "De León", "MacDonald",
    "McAllister", "García-López", "Smith-Jones", "Pérez-Muñoz", "Reyes Ortiz", "Flores Vega", "Cruz Ramos",
    "Torres Díaz", "Smith", "Johnson", "Williams", "Brown", "Jones", "Davis", "Miller", "Wilson", "Moore", "Taylor",
    "Anderson", "Thomas", "Jackson", "White", "Harris", "Martin", "Thompson", "Robinson", "Clark", "Lewis", "Lee",
    "Walker", "Hall", "Allen", "Young", "King", "Wright", "Scott", "Green", "Baker", "Adams", "Nelson", "Carter",
    "Mitchell", "Turner", "Phillips", "Campbell", "Parker", "Evans", "Edwards", "Collins", "Stewart", "Morris", "Rogers",
    "Reed", "Cook", "Nguyen", "Tran", "Pham", "Kim", "Park", "Choi", "Chen", "Wang", "Li", "Patel", "Singh", "Khan",
    "Ali", "Okafor", "Adeyemi", "Mensah", "Kahale", "Tso",
];

/// Suffixes.
pub const SUFFIX: [&str; 4] = ["Jr.", "II", "III", "IV"];

/// Names that students go by.
pub const PREFERRED: [&str; 20] = [
    "Alex", "Sam", "Pepe", "Lupe", "Mel", "Max", "Charlie", "Robin", "Nico", "Tony", "Kit", "Jamie", "Dani", "Chuy",
    "Bee", "Ray", "Mo", "Vee", "Ash", "Sky",
];

/// Words that school names are made of.
pub const PLACES: [&str; 40] = [
    "Maple", "Cedar", "Willow", "Juniper", "Aspen", "Sycamore", "Magnolia", "Laurel", "Hawthorn", "Birch", "Harbor",
    "Summit", "Canyon", "Meadow", "Prairie", "Ridge", "Valley", "River", "Lakeside", "Hillcrest", "Roosevelt", "Lincoln",
    "Washington", "Jefferson", "Madison", "Franklin", "Chávez", "Kahlo", "Carver", "Tubman", "Parks", "Curie", "Edison",
    "Whitman", "Alcott", "Thoreau", "Sierra", "Mesa", "Pacific", "Bayview",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_fits_windows_1252() {
        for name in FIRST.iter().chain(&MIDDLE).chain(&LAST).chain(&SUFFIX).chain(&PREFERRED).chain(&PLACES) {
            for text in [(*name).to_owned(), name.to_uppercase()] {
                let (_, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
                assert!(!lossy, "{name}");
            }
        }
    }
}

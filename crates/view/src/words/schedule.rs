//! When something is done again and again, in words.

use evenkeel_model::schedule::Schedule;

use super::listed;

/// `every 15 minutes`, `every day at 06:30 and 18:00`.
#[must_use]
pub fn schedule_in_words(schedule: &Schedule) -> String {
    match schedule {
        Schedule::Every { minutes } => {
            let units = [(24 * 60, "day", "days"), (60, "hour", "hours"), (1, "minute", "minutes")];
            let fitting = units.into_iter().find(|(size, _, _)| minutes.is_multiple_of(*size));
            let (size, one, many) = fitting.unwrap_or((1, "minute", "minutes"));
            match minutes / size {
                1 => format!("every {one}"),
                count => format!("every {count} {many}"),
            }
        }
        Schedule::Daily { at } => {
            let times: Vec<String> = at.iter().map(|time| time.strftime("%H:%M").to_string()).collect();
            format!("every day at {}", listed(&times))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn how_often() {
        let every = |minutes: u32| schedule_in_words(&Schedule::Every { minutes });
        assert_eq!(
            [1, 15, 60, 90, 120, 1440, 10_080].map(every),
            [
                "every minute",
                "every 15 minutes",
                "every hour",
                "every 90 minutes",
                "every 2 hours",
                "every day",
                "every 7 days",
            ]
        );
        let daily = Schedule::Daily { at: vec![time(6, 30, 0, 0), time(18, 0, 0, 0)] };
        assert_eq!(schedule_in_words(&daily), "every day at 06:30 and 18:00");
    }
}

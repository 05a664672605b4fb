"""The peer: the same reconciliation as one would write it in SQL.

duckdb_peer.py DISTRICT THREADS OUT_FOLDER SELF.json

Aeries against PowerSchool, as `benches/district` writes them. All columns are read as text, codes go through the
crosswalks, students, transcripts, schedules and GPAs are joined outer on their keys, and whatever does not agree goes to
one CSV file a kind. It has no second chance for rows whose keys changed, no policy, no causes, no packs, no gate.
"""

import json
import os
import sys
import time

import duckdb

SOURCES = """
CREATE VIEW school AS SELECT * FROM read_csv('{d}/crosswalks/school.csv', all_varchar=true);
CREATE VIEW course AS SELECT * FROM read_csv('{d}/crosswalks/course.csv', all_varchar=true);
CREATE VIEW teacher AS SELECT * FROM read_csv('{d}/crosswalks/teacher.csv', all_varchar=true);
CREATE VIEW mark AS SELECT * FROM read_csv('{d}/crosswalks/mark.csv', all_varchar=true);
CREATE TABLE stu AS SELECT * FROM read_csv('{d}/legacy/STU.csv', {legacy}, encoding='latin-1');
CREATE TABLE mst AS SELECT * FROM read_csv('{d}/legacy/MST.csv', {legacy});
CREATE VIEW sec AS SELECT * FROM read_csv('{d}/legacy/SEC.csv', {legacy});
CREATE VIEW his AS SELECT * FROM read_csv('{d}/legacy/HIS.csv', {legacy});
CREATE TABLE students AS SELECT * FROM read_csv('{d}/new/students.txt', {new});
CREATE TABLE sections AS SELECT * FROM read_csv('{d}/new/sections.txt', {new});
CREATE VIEW terms AS SELECT * FROM read_csv('{d}/new/terms.txt', {new});
CREATE VIEW cc AS SELECT * FROM read_csv('{d}/new/cc.txt', {new});
CREATE VIEW stored AS SELECT * FROM read_csv('{d}/new/storedgrades.txt', {new});
"""

STUDENTS = (
    """
SELECT ID AS student, CID AS state_id, upper(LN) AS last_name, upper(FN) AS first_name, upper(MN) AS middle_name,
  upper(SX) AS suffix, upper(AKA) AS preferred, BD AS born, GR AS grade, school.new AS school,
  CASE coalesce(TG, '') WHEN '' THEN '0' WHEN 'N' THEN '-1' WHEN 'I' THEN '2' END AS status, GYR AS cohort, TRK AS track,
  upper(HR) AS homeroom, SPE = 'Y' AS special, "504" = 'Y' AS section_504, EL = 'Y' AS english, HLT = 'Y' AS health,
  CST = 'Y' AS custody
FROM stu LEFT JOIN school ON school.legacy = stu.SC""",
    """
SELECT student_number AS student, state_studentnumber AS state_id, upper(last_name) AS last_name,
  upper(first_name) AS first_name, upper(middle_name) AS middle_name, upper(name_suffix) AS suffix,
  upper(preferred_name) AS preferred, dob AS born, grade_level AS grade, schoolid AS school, enroll_status AS status,
  classof AS cohort, track, upper(home_room) AS homeroom, sped = '1' AS special, section_504 = '1' AS section_504,
  ell = '1' AS english, med_alert = '1' AS health, guardian_alert = '1' AS custody
FROM students""",
    ["student"],
    """state_id last_name first_name middle_name suffix preferred born grade school status cohort track homeroom
    special section_504 english health custody""".split(),
)

TRANSCRIPT = (
    """
SELECT PID AS student, CAST(YR AS INTEGER) AS year, CASE TE WHEN 'Y' THEN 'Y1' WHEN '1' THEN 'S1' WHEN '2' THEN 'S2'
  WHEN 'S' THEN 'SU' END AS term, course.new AS course, CO AS title, mark.new AS mark, CAST(CA AS DECIMAL(9,3)) AS attempted,
  CAST(CC AS DECIMAL(9,3)) AS earned, CAST(GW AS DECIMAL(9,3)) AS weight, CAST(GPT AS DECIMAL(9,3)) AS points,
  CASE coalesce(HL, '') WHEN '' THEN 'REG' WHEN 'H' THEN 'HON' WHEN 'A' THEN 'AP' WHEN 'I' THEN 'IB' WHEN 'D' THEN 'DE' END AS level,
  RT AS repeated, school.new AS school, GR AS grade, TF = 'Y' AS transfer, SA AS area, NG = 'N' AS in_gpa,
  teacher.new AS teacher
FROM his LEFT JOIN course ON course.legacy = his.CN LEFT JOIN mark ON mark.legacy = his.MK
  LEFT JOIN school ON school.legacy = his.ST LEFT JOIN teacher ON teacher.legacy = his.TN""",
    """
SELECT student_number AS student, CAST(termid[1:2] AS INTEGER) + 1991 AS year, storecode AS term, course_number AS course,
  course_name AS title, s.grade AS mark, CAST(potentialcrhrs AS DECIMAL(9,3)) AS attempted,
  CAST(earnedcrhrs AS DECIMAL(9,3)) AS earned, CAST(gpa_weight AS DECIMAL(9,3)) AS weight,
  CAST(gpa_points AS DECIMAL(9,3)) AS points, course_level AS level, repeat_code AS repeated, s.schoolid AS school,
  s.grade_level AS grade, is_transfer = '1' AS transfer, credit_type AS area, excludefromgpa = '0' AS in_gpa, teacher
FROM stored s LEFT JOIN students ON students.id = s.studentid""",
    ["student", "year", "term", "course"],
    "title mark attempted earned weight points level repeated school grade transfer area in_gpa teacher".split(),
)

SCHEDULE = (
    """
SELECT sec.ID AS student, course.new AS course, CASE mst.SM WHEN 'Y' THEN 'FY' WHEN 'F' THEN 'S1' WHEN 'S' THEN 'S2'
  WHEN 'R' THEN 'SU' END AS term, mst.PD AS period, mst.DY AS days, school.new AS school, t1.new AS teacher,
  t2.new AS co_teacher, mst.RM AS room, CAST(mst.CR AS DECIMAL(9,3)) AS credit,
  CAST(strptime(DE, '%m/%d/%Y') AS DATE) AS started, CAST(strptime(DL, '%m/%d/%Y') AS DATE) AS ended
FROM sec LEFT JOIN mst ON mst.SC = sec.SC AND mst.SE = sec.SE LEFT JOIN course ON course.legacy = mst.CN
  LEFT JOIN school ON school.legacy = sec.SC LEFT JOIN teacher t1 ON t1.legacy = mst.TN
  LEFT JOIN teacher t2 ON t2.legacy = mst.TN2
WHERE TG IS DISTINCT FROM 'D'""",
    """
SELECT student_number AS student, cc.course_number AS course, terms.abbreviation AS term,
  regexp_extract(expression, '^(\\d+)\\(', 1) AS period,
  replace(regexp_extract(expression, '\\(([^)]*)\\)', 1), '-', '') AS days, cc.schoolid AS school, sections.teacher AS teacher,
  sections.coteacher AS co_teacher, sections.room AS room, CAST(sections.credit AS DECIMAL(9,3)) AS credit,
  CAST(strptime(dateenrolled, '%m/%d/%Y') AS DATE) AS started, CAST(strptime(dateleft, '%m/%d/%Y') AS DATE) - 1 AS ended
FROM cc LEFT JOIN students ON students.id = cc.studentid LEFT JOIN sections ON sections.id = cc.sectionid
  LEFT JOIN terms ON terms.schoolid = cc.schoolid AND terms.id = cc.termid
WHERE sectionid NOT LIKE '-%'""",
    ["student", "course", "term", "period", "days"],
    "school teacher co_teacher room credit started ended".split(),
)


def gpa(side, kind, value, rank, other):
    source = "stu" if side == "legacy" else "students"
    student = "ID" if side == "legacy" else "student_number"
    return f"""SELECT {student} AS student, '{kind}' AS kind, CAST({value} AS DECIMAL(9,5)) AS value, {rank} AS rank,
      {other[0]} AS class_size, CAST({other[1]} AS DECIMAL(9,3)) AS attempted, CAST({other[2]} AS DECIMAL(9,3)) AS earned
    FROM {source} WHERE {value} IS NOT NULL"""


LEGACY_GPA = ("CS", "CA", "CC")
NEW_GPA = ("class_size", "credit_attempted", "credit_earned")
GPA = (
    gpa("legacy", "weighted", "GP", "CR", LEGACY_GPA)
    + " UNION ALL "
    + gpa("legacy", "unweighted", "GPN", "CRN", LEGACY_GPA),
    gpa("new", "weighted", "cumulative_gpa", "class_rank", NEW_GPA)
    + " UNION ALL "
    + gpa("new", "unweighted", "simple_gpa", "simple_rank", NEW_GPA),
    ["student", "kind"],
    "value rank class_size attempted earned".split(),
)


def compare(db, out, name, parts):
    legacy, new, keys, fields = parts
    on = " AND ".join(f"l.{k} = n.{k}" for k in keys)
    differ = " OR ".join(f"l.{f} IS DISTINCT FROM n.{f}" for f in fields)
    shown = ", ".join(
        [f"coalesce(l.{k}, n.{k}) AS {k}" for k in keys] + [f"l.{f} AS legacy_{f}, n.{f} AS new_{f}" for f in fields]
    )
    db.execute(
        f"""COPY (SELECT CASE WHEN n.{keys[0]} IS NULL THEN 'missing' WHEN l.{keys[0]} IS NULL THEN 'extra'
          ELSE 'changed' END AS what, {shown}
        FROM ({legacy}) l FULL OUTER JOIN ({new}) n ON {on}
        WHERE l.{keys[0]} IS NULL OR n.{keys[0]} IS NULL OR {differ})
        TO '{out}/{name}.csv' (HEADER)"""
    )


def main():
    folder, threads, out, result = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    os.makedirs(out, exist_ok=True)
    wall, cpu = time.monotonic(), time.process_time()
    db = duckdb.connect(config={"threads": threads})
    db.execute("SET preserve_insertion_order = false")
    db.execute(
        SOURCES.format(
            d=folder.replace("'", "''"),
            legacy="delim=',', quote='\"', header=true, all_varchar=true",
            new="delim='\\t', quote='\"', header=true, all_varchar=true",
        ).replace("'\\t'", "'\t'")
    )
    for name, parts in (("students", STUDENTS), ("transcript", TRANSCRIPT), ("schedule", SCHEDULE), ("gpa", GPA)):
        compare(db, out, name, parts)
    db.close()
    with open(result, "w", encoding="utf-8") as file:
        # Without starting Python and importing duckdb.
        json.dump({"wall": time.monotonic() - wall, "cpu": time.process_time() - cpu}, file)


main()

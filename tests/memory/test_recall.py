"""What recall finds of a history with its questions, beside what taking the newest five would find."""

from pathlib import Path

from tests.bench import bench_recall

LEAST = {"with its account as filter": 0.92, "naming the company, no filter": 0.85, "across accounts": 0.65}


async def test_recall_finds_what_was_asked_for(shared_data: Path, short_folder: Path) -> None:
    history = bench_recall.History.read(shared_data)
    async with bench_recall.remembered(short_folder, history.items) as interactions:
        scores = await bench_recall.scores(interactions, history)
    assert {way: score.recall >= LEAST[way] for way, score in scores.items()} == dict.fromkeys(LEAST, True)
    assert all(score.recall > score.newest for score in scores.values())

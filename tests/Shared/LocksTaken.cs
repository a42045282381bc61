namespace ProcImage.Tests;

/// <summary>What tests/workloads/exact.c does with its locks in its two turns.</summary>
public static class LocksTaken
{
    public const int Threads = 11;
    private const int Fails = 19;

    /// <summary>As in the program: name, kind, taken by each thread, contended, taken besides, failed.</summary>
    public static IReadOnlyList<(string Name, string Kind, int Times, int Rounds, int More, int Failed)> All { get; } =
    [
        ("normal", "mutex", 97, 13, 13 + 1, Fails),
        ("recursive", "mutex", 2 * 89, 11, 11, 0),
        ("checking", "mutex", 83, 7, 7, Threads * 83),
        ("robust", "mutex", 79, 5, 5, 0),
        ("timed", "mutex", 73, 3, 3 + 2, 0), // with a wait for a condition
        ("first_rwlock", "read", 61, 13, 7, 0),
        ("second_rwlock", "read", 59, 11, 5, 0),
        ("first_rwlock", "write", 53, 7, 13, 0),
        ("second_rwlock", "write", 47, 5, 11, 0),
        ("first_spin", "spin", 43, 3, 3 + 1, Fails),
        ("second_spin", "spin", 41, 5, 5, 0),
        ("third_spin", "spin", 37, 7, 7, 0),
    ];
}

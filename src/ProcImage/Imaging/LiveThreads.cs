using System.Globalization;
using ProcImage.Abi;

namespace ProcImage.Imaging;

/// <summary>The threads that a process has now, by their tids as it knows them itself.</summary>
internal sealed class LiveThreads
{
    private const string NamespacedIds = "NSpid:";

    private readonly string _tasks;
    private readonly Dictionary<int, int>? _byOwnId; // null where they are the same

    private LiveThreads(string tasks, Dictionary<int, int>? byOwnId) => (_tasks, _byOwnId) = (tasks, byOwnId);

    /// <summary>Null where the process is gone, or may not be read.</summary>
    public static LiveThreads? Of(int tgid)
    {
        var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{tgid}");
        try
        {
            var tasks = Path.Combine(process, "task");
            return new LiveThreads(tasks, IsNested(process) ? ReadOwnIds(tasks) : null);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Null where there is no such thread.</summary>
    /// <param name="ownId">As the process knows it.</param>
    public LockOwner? Find(int ownId)
    {
        var tid = ownId;
        if (ownId <= 0 || (_byOwnId is not null && !_byOwnId.TryGetValue(ownId, out tid)))
            return null;
        try
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_tasks}/{tid}/comm");
            return new LockOwner(tid, ProcFile.Read(name).TrimEnd('\n'));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>By the ids that we know them by.</summary>
    public static bool IsThread(int tgid, int tid) =>
        tid > 0 && Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{tgid}/task/{tid}"));

    /// <summary>In a pid namespace below ours.</summary>
    private static bool IsNested(string task) => Ids(task).Length > 1;

    private static Dictionary<int, int> ReadOwnIds(string tasks)
    {
        var found = new Dictionary<int, int>();
        foreach (var task in Directory.EnumerateDirectories(tasks))
        {
            try
            {
                if (Ids(task) is { Length: > 0 } ids)
                    found[ids[^1]] = ids[0];
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return found;
    }

    /// <summary>One for each pid namespace that it is in, the outermost first.</summary>
    private static int[] Ids(string task)
    {
        var line = ProcFile.Read(Path.Combine(task, "status")).Split('\n')
            .FirstOrDefault(line => line.StartsWith(NamespacedIds, StringComparison.Ordinal));
        return line is null
            ? []
            : [.. line[NamespacedIds.Length..].Split('\t', StringSplitOptions.RemoveEmptyEntries).Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }
}

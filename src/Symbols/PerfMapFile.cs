using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ProcImage.Symbols;

/// <summary>
/// A process's own /tmp/perf-PID.map, with the pid as its innermost namespace has it. Read on as it grows. It has to be
/// written by the process's user or root, in the process's time: everybody can write to /tmp, and pids come again.
/// </summary>
/// <param name="files">Of the process.</param>
/// <param name="startTime">Of the process: Unix time in ns.</param>
internal sealed class PerfMapFile(ProcessFiles files, ulong startTime)
{
    private const int LongestLine = 64 << 10; // bytes; what is longer is none

    private const int AtOnce = 1 << 20; // bytes
    private const long Slack = 2; // s: clocks of start and file are not the same
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private PerfMap _map = new();
    private FileKey? _key;
    private long _taken;

    public PerfMap Map => _map;

    /// <summary>Takes up what has been written since.</summary>
    /// <param name="isAlive">Whether the process is still the same, asked when the file is open.</param>
    /// <returns>Whether there was anything.</returns>
    public bool Update(Func<bool> isAlive)
    {
        try
        {
            using var file = files.Open(PathOf(files.Pid, out var users));
            if (file is null || !isAlive())
                return false;
            if (FileKey.Of(file) is not { } key || key == _key)
                return false;
            if (!(key.Owner == 0 || users.Contains(key.Owner))
                || key.Content.Modified < (long)(startTime / NanosecondsPerSecond) - Slack)
                return false;
            if (_key is not { } before || before.Inode != key.Inode || before.Device != key.Device || (long)key.Content.Size < _taken)
                (_map, _taken) = (new PerfMap(), 0);
            _key = key;
            return Take(file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            return false; // it has ended, or has no such file
        }
    }

    /// <summary>It is read anew when it is asked for.</summary>
    public void Drop() => (_map, _key, _taken) = (new PerfMap(), null, 0);

    private bool Take(SafeFileHandle file)
    {
        var isNew = false;
        while (_taken < PerfMap.MostText)
        {
            var text = BoundedFile.Read(file, _taken, (int)Math.Min(AtOnce, PerfMap.MostText - _taken));
            var taken = _map.Append(text);
            isNew |= taken > 0;
            if (taken == 0 && text.Length <= LongestLine)
                break;
            _taken += taken == 0 ? text.Length : taken;
        }

        return isNew;
    }

    private static string PathOf(int pid, out List<uint> users)
    {
        var own = pid.ToString(CultureInfo.InvariantCulture);
        users = [];
        foreach (var line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status")))
        {
            var fields = line.Split('\t');
            if (fields[0] == "NStgid:")
                own = fields[^1];
            else if (fields[0] == "Uid:")
                users.AddRange(fields.Skip(1).Select(field => uint.Parse(field, CultureInfo.InvariantCulture)));
        }

        return $"/tmp/perf-{own}.map";
    }
}

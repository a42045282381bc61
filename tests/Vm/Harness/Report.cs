using System.Globalization;

namespace ProcImage.Tests.Vm.Harness;

/// <summary>What guest/init reports of one kernel.</summary>
public sealed class Report
{
    private readonly Dictionary<string, (int Status, string Text)> _parts = [];

    /// <summary>Fully preemptible: there a thread of its own fills up what maps and storages take their memory from.</summary>
    public bool IsRealTime => Text("release").Split('-', '+').Contains("rt");

    public Version Kernel => Version.Parse(string.Join('.', Text("release").Split('-', '+')[0].Split('.').Take(2)));

    /// <summary>Parts from 'begin NAME' to 'end NAME STATUS'; what has no end is not in it.</summary>
    public static Report Parse(string text)
    {
        var report = new Report();
        string name = "";
        var lines = new List<string>();
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split(' ');
            if (words is ["begin", _])
            {
                name = words[1];
                lines.Clear();
            }
            else if (words is ["end", _, _] && words[1] == name && int.TryParse(words[2], CultureInfo.InvariantCulture, out int status))
            {
                report._parts[name] = (status, string.Join('\n', lines));
            }
            else
            {
                lines.Add(line);
            }
        }

        return report;
    }

    public bool Has(string part) => _parts.ContainsKey(part);

    /// <summary>What was said, whatever came of it.</summary>
    public string Said(string part) => Part(part).Text;

    /// <summary>Likewise, where the command must have succeeded.</summary>
    public string Text(string part)
    {
        var (status, text) = Part(part);
        Assert.True(status == 0, $"{part}: status {status}: {text}");
        return text;
    }

    public string[] Lines(string part) => Text(part).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public long Number(string part) => long.Parse(Text(part), CultureInfo.InvariantCulture);

    public IReadOnlyDictionary<string, long> Table(string part) => ProcTable.Parse(Lines(part));

    /// <summary>Summed over the threads.</summary>
    public SchedStat SchedStat(string part) => Lines(part).Select(ProcImage.Tests.Kernel.Harness.SchedStat.Parse)
        .Aggregate(default(SchedStat), (sum, thread) => sum + thread);

    /// <summary>Of /proc/PID/task/TID/status, summed over the threads.</summary>
    public long SumOfThreads(string workload, string name) =>
        Lines($"{workload}.threads").Select(line => ProcTable.Parse([line])).Sum(line => line.GetValueOrDefault(name));

    /// <summary>One scrape.</summary>
    public Metrics Metrics(string part) => ProcImage.Tests.Kernel.Harness.Metrics.Parse(Text(part + ".metrics"));

    /// <summary>Of one scrape, what there is of a workload.</summary>
    public Metrics Figures(string part, string workload) => Metrics(part).Of((int)Number($"{workload}.pid"));

    /// <summary>Waits that are in nobody's figures up to a scrape; none but before 6.2.</summary>
    public decimal LookupsLost(string part)
    {
        decimal lost = Metrics(part).Value("proc_image_losses_total", ("cause", "lookup"));
        Assert.True(lost == 0 || Kernel < new Version(6, 2), $"{lost} waits are lost for want of a lookup");
        return lost;
    }

    /// <summary>Storage of tasks that could not be made; none but where the kernel makes none while it is busy with another, or is out of memory for a moment.</summary>
    public decimal StorageLost(string part)
    {
        decimal lost = Metrics(part).Value("proc_image_losses_total", ("cause", "storage"));
        Assert.True(lost == 0 || Kernel < new Version(6, 2) || IsRealTime, $"{lost} tasks have no storage");
        return lost;
    }

    /// <summary>Runs of hooks that were left out up to a scrape; none but where the hooks of system calls can be preempted.</summary>
    public long RunsLost(string part)
    {
        decimal lost = Metrics(part).Value("proc_image_losses_total", ("cause", "run"));
        Assert.True(lost == 0 || Kernel >= new Version(7, 2), $"{lost} runs are lost");
        return (long)lost;
    }

    private (int Status, string Text) Part(string name) =>
        _parts.TryGetValue(name, out var part) ? part : throw new InvalidOperationException($"the report has no {name}");
}

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>The two commands as others than root run them, from a place that everybody can reach.</summary>
public sealed class Unprivileged : IDisposable
{
    private const string Nobody = "65534";
    private const UnixFileMode Everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly string _directory = Directory.CreateTempSubdirectory("proc-image-others-").FullName;

    public Unprivileged()
    {
        Requirements.Root();
        File.SetUnixFileMode(_directory, Everybody);
    }

    /// <summary>uid 0 with these capabilities and no way to more, such as "+bpf"; with none for "".</summary>
    public static string[] RootWith(string capabilities) =>
    [
        Requirements.Installed("setpriv", "util-linux"),
        $"--bounding-set=-all{(capabilities.Length == 0 ? "" : "," + capabilities)}", "--inh-caps=-all",
    ];

    /// <summary>A command by a user who owns nothing, in these groups alone.</summary>
    public Ran AsNobody(string program, string[] arguments, params int[] groups) => Ran.With(
        Requirements.Installed("setpriv", "util-linux"),
        [
            $"--reuid={Nobody}", $"--regid={Nobody}",
            groups.Length == 0 ? "--clear-groups" : $"--groups={string.Join(',', groups)}",
            "--bounding-set=-all", "--inh-caps=-all", Reachable(program), .. arguments,
        ]);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Reachable(string program)
    {
        if (program is not ("proc_image" or "controller"))
            return program;
        string copy = Path.Combine(_directory, program);
        if (!File.Exists(copy))
        {
            File.Copy(Requirements.Built(program), copy);
            File.SetUnixFileMode(copy, Everybody);
        }

        return copy;
    }
}

namespace ProcImage.Tests.Kernel.Harness;

/// <summary>What the tests need. What is missing fails them in one line: green never means that nothing ran.</summary>
public static class Requirements
{
    public static void Root()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Fail("these tests load BPF programs: run them as root");
    }

    /// <summary>The path of an installed program.</summary>
    public static string Installed(string program, string package)
    {
        string[] directories = (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin").Split(':');
        string? path = directories.Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);
        if (path is null)
            Assert.Fail($"{program} is not installed: apt-get install {package}");
        return path;
    }

    /// <summary>The path of one of the two commands, as built.</summary>
    public static string Built(string command)
    {
        string path = Path.Combine(Repository.Out, command);
        if (!File.Exists(path))
            Assert.Fail($"{path} is not built: run ./build.sh");
        return path;
    }
}

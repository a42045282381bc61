using Libbpf;

namespace ProcImage.Tests.Unit.Libbpf;

public class LibraryTests
{
    [Fact]
    public void The_library_is_version_1() => Assert.Equal(1, Bpf.LibraryVersion.Major);

    [Fact]
    public void There_is_a_possible_cpu_for_each_processor_in_use() =>
        Assert.True(Bpf.PossibleCpus >= Environment.ProcessorCount);

    [Fact]
    public void A_missing_library_names_its_packages()
    {
        var error = Bpf.MissingLibrary(new DllNotFoundException());
        Assert.Equal("cannot use libbpf.so.1: it is not installed; "
            + "install the package libbpf1 (Debian, Ubuntu) or libbpf (RHEL, Fedora)", error.Message);
        Assert.IsType<DllNotFoundException>(error.InnerException);
        Assert.Equal("", error.ErrnoName);
    }

    [Theory]
    [InlineData("task_struct", "se", true)]
    [InlineData("task_struct", "no_such_member", false)]
    [InlineData("no_such_struct", "se", false)]
    public void The_kernel_says_what_its_structs_have(string type, string member, bool has) =>
        Assert.Equal(has, Bpf.HasMember(type, member));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Another_major_version_is_refused(uint major) =>
        Assert.Contains($"it is version {major}.5, not 1.x",
            Assert.Throws<BpfException>(() => Bpf.Accept(major, 5)).Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_no_object_file_is_refused()
    {
        Bpf.SilenceLibrary();
        var error = Assert.Throws<BpfException>(() => BpfObject.Open("no ELF at all"u8, "junk"));
        Assert.Equal("object junk", error.Subject);
        Assert.Equal("LIBBPF_ERRNO__FORMAT", error.ErrnoName);
    }
}

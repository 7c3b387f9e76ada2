"""
netmiko drives skeyid as it drives IOS: connects, enables, reads, configures, saves. Arguments: port, delay factor. Prints what it
read.
"""
import sys

from netmiko import ConnectHandler

router = ConnectHandler(
    device_type="cisco_ios",
    host="127.0.0.1",
    port=int(sys.argv[1]),
    username="admin",
    password="letmein",
    secret="top",
    # A busy machine takes its time.
    banner_timeout=120,
    auth_timeout=120,
    global_delay_factor=int(sys.argv[2]),
)
print("user prompt:", router.find_prompt())
router.enable()
print("enabled prompt:", router.find_prompt())
print("version:", router.send_command("show version").splitlines()[0])
print(
    router.send_config_set(
        [
            "interface Loopback0",
            "description set by a tool",
            "exit",
            *[f"access-list 101 permit ip host 10.1.1.{host} any" for host in range(1, 101)],
        ]
    )
)
print(router.send_command("show running-config"))
print("saved:", router.save_config())
router.exit_enable_mode()
print("last prompt:", router.find_prompt())
router.disconnect()
